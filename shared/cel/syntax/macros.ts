import { CelCompileError } from '../errors.ts';
import type { Expr, Macro } from './ast.ts';

interface Call {
  name: string;
  target: Expr | undefined;
  args: Expr[];
  at: number;
}

interface Form {
  macro: Macro;
  /** Loop variables come first among the arguments. */
  variables: number;
}

/** Macros by name and number of arguments; a call with another number of arguments is an ordinary call. */
const forms: Readonly<Record<string, Readonly<Record<number, Form>>>> = {
  all: { 2: { macro: 'all', variables: 1 }, 3: { macro: 'all', variables: 2 } },
  exists: { 2: { macro: 'exists', variables: 1 }, 3: { macro: 'exists', variables: 2 } },
  exists_one: { 2: { macro: 'existsOne', variables: 1 } },
  existsOne: { 2: { macro: 'existsOne', variables: 1 }, 3: { macro: 'existsOne', variables: 2 } },
  map: { 2: { macro: 'map', variables: 1 }, 3: { macro: 'map', variables: 1 } },
  filter: { 2: { macro: 'filter', variables: 1 } },
  transformList: { 3: { macro: 'transformList', variables: 2 }, 4: { macro: 'transformList', variables: 2 } },
  transformMap: { 3: { macro: 'transformMap', variables: 2 }, 4: { macro: 'transformMap', variables: 2 } },
  transformMapEntry: {
    3: { macro: 'transformMapEntry', variables: 2 },
    4: { macro: 'transformMapEntry', variables: 2 },
  },
  sortBy: { 2: { macro: 'sortBy', variables: 1 } },
  optMap: { 2: { macro: 'optMap', variables: 1 } },
  optFlatMap: { 2: { macro: 'optFlatMap', variables: 1 } },
};

/** What a call stands for where its name is that of a macro; `cel.bind` is one where `bindings` says so. */
export function expandMacro(text: string, call: Call, bindings: boolean): Expr | undefined {
  const { name, target, args, at } = call;
  if (!target) return name === 'has' && args.length === 1 ? presence(text, args[0]!, at) : undefined;
  if (bindings && name === 'bind' && target.op === 'name' && target.name === 'cel' && args.length === 3) {
    return binding(text, args as [Expr, Expr, Expr], at);
  }
  const form = Object.hasOwn(forms, name) ? forms[name]![args.length] : undefined;
  if (!form) return undefined;
  const variables = args.slice(0, form.variables).map((arg) => variableName(text, arg, form));
  if (variables.length === 2 && variables[0] === variables[1]) {
    throw refused(text, args[1]!.at, `duplicate variable name: ${variables[1]}`);
  }
  return { op: 'macro', at, macro: form.macro, range: target, variables, args: args.slice(form.variables) };
}

function presence(text: string, operand: Expr, at: number): Expr {
  if (operand.op !== 'select' || operand.optional) throw refused(text, at, 'invalid argument to has() macro');
  return { op: 'test', at, operand: operand.operand, field: operand.field };
}

function binding(text: string, [name, value, body]: [Expr, Expr, Expr], at: number): Expr {
  if (name.op !== 'name') throw refused(text, name.at, 'cel.bind() variable names must be simple identifiers');
  return { op: 'macro', at, macro: 'bind', range: value, variables: [name.name], args: [body] };
}

function variableName(text: string, arg: Expr, form: Form): string {
  if (arg.op !== 'name') {
    const isOptional = form.macro === 'optMap' || form.macro === 'optFlatMap';
    throw refused(
      text,
      arg.at,
      isOptional ? `${form.macro}() variable name must be a simple identifier` : 'argument must be a simple name',
    );
  }
  if (arg.name === '__result__') throw refused(text, arg.at, 'iteration variable overwrites accumulator variable');
  return arg.name;
}

function refused(text: string, at: number, message: string): CelCompileError {
  return new CelCompileError(text, [{ at, message }]);
}
