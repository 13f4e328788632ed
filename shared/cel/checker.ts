import type { Environment } from './environment.ts';
import { CelCompileError, type CelIssue } from './errors.ts';
import type { Overload } from './functions.ts';
import { checkLiterals } from './literals.ts';
import { checkMacro } from './macro-types.ts';
import type { Expr } from './syntax/ast.ts';
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  listOf,
  mapOf,
  NULL,
  namedTypes,
  optionalOf,
  param,
  STRING,
  showType,
  typeName,
} from './types.ts';
import { Bindings, freshen, settle } from './unify.ts';
import { runtimeKind, type Value } from './values.ts';

/** What is known of a call before it is evaluated. */
export interface ResolvedCall {
  /** Those that the static types leave; the run-time types choose. */
  overloads: readonly Overload[];
  /** Receiver first. */
  args: readonly Expr[];
}

export interface CheckedExpression {
  expression: Expr;
  type: CelType;
  types: ReadonlyMap<Expr, CelType>;
  calls: ReadonlyMap<Expr, ResolvedCall>;
  /** Names and dotted names that stand for types. */
  typeNames: ReadonlyMap<Expr, string>;
  /** Dotted names that stand for variables: `authorizer.requestResource`. */
  dottedNames: ReadonlyMap<Expr, string>;
  /** Variables of the environment that are used. */
  uses: ReadonlySet<string>;
}

/** Finds the type of every part. Throws CelCompileError with all that is wrong. */
export function checkExpression(text: string, expression: Expr, environment: Environment): CheckedExpression {
  const checker = new Checker(environment);
  const type = checker.check(expression);
  if (checker.issues.length > 0) throw new CelCompileError(text, checker.issues);
  const types = new Map([...checker.types].map(([node, found]) => [node, settle(checker.bindings.resolve(found))]));
  const issues = checkLiterals(expression, types);
  if (issues.length > 0) throw new CelCompileError(text, issues);
  const { calls, typeNames, dottedNames, uses } = checker;
  return { expression, type: settle(checker.bindings.resolve(type)), types, calls, typeNames, dottedNames, uses };
}

/** After this many mistakes nobody reads on. */
const maximumIssues = 100;

export class Checker {
  readonly environment: Environment;
  readonly issues: CelIssue[] = [];
  readonly types = new Map<Expr, CelType>();
  readonly calls = new Map<Expr, ResolvedCall>();
  readonly typeNames = new Map<Expr, string>();
  readonly dottedNames = new Map<Expr, string>();
  readonly uses = new Set<string>();
  readonly bindings = new Bindings();
  readonly #locals: { name: string; type: CelType }[] = [];
  #fresh = 0;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  check(expression: Expr): CelType {
    const type = this.#typeOf(expression);
    this.types.set(expression, type);
    return type;
  }

  report(at: number, message: string): CelType {
    if (this.issues.length < maximumIssues) this.issues.push({ at, message });
    return ERROR;
  }

  resolve(type: CelType): CelType {
    return this.bindings.resolve(type);
  }

  freshParam(): CelType {
    return param(`t${this.#fresh++}`);
  }

  withLocals<T>(locals: readonly { name: string; type: CelType }[], body: () => T): T {
    this.#locals.push(...locals);
    try {
      return body();
    } finally {
      this.#locals.length -= locals.length;
    }
  }

  #typeOf(node: Expr): CelType {
    switch (node.op) {
      case 'constant':
        return constantType(node.value);
      case 'name':
        return this.#name(node);
      case 'select':
        return this.#select(node);
      case 'test':
        this.#fieldOf(this.check(node.operand), node.field, node.at);
        return BOOL;
      case 'index':
        return this.call(node, node.optional ? '_[?_]' : '_[_]', [node.operand, node.index]);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return this.#struct(node);
      case 'and':
      case 'or':
        return this.#logical(node);
      case 'conditional':
        return this.#conditional(node);
      case 'macro':
        return checkMacro(this, node);
    }
  }

  #local(name: string): CelType | undefined {
    return this.#locals.findLast((local) => local.name === name)?.type;
  }

  #name(node: Extract<Expr, { op: 'name' }>): CelType {
    const local = this.#local(node.name);
    if (local) return local;
    if (Object.hasOwn(this.environment.variables, node.name)) {
      this.uses.add(node.name);
      return this.environment.variables[node.name]!;
    }
    return (
      this.#namedType(node, node.name) ??
      this.report(node.at, `undeclared reference to '${node.name}' (in container '')`)
    );
  }

  #namedType(node: Expr, name: string): CelType | undefined {
    const type = Object.hasOwn(namedTypes, name) ? namedTypes[name]! : this.environment.type(name);
    if (!type) return undefined;
    this.typeNames.set(node, typeName(type));
    return { kind: 'type', of: type };
  }

  #select(node: Extract<Expr, { op: 'select' }>): CelType {
    const variable = this.#dottedVariable(node);
    if (variable) return variable;
    const path = node.optional ? undefined : this.#path(node);
    const named = path === undefined ? undefined : this.#namedType(node, path);
    if (named) return named;
    const field = this.#fieldOf(this.check(node.operand), node.field, node.at, node.optional);
    return node.optional && field.kind !== 'optional' ? optionalOf(field) : field;
  }

  #dottedVariable(node: Extract<Expr, { op: 'select' }>): CelType | undefined {
    if (node.optional || node.operand.op !== 'name' || this.#local(node.operand.name)) return undefined;
    const name = `${node.operand.name}.${node.field}`;
    if (!Object.hasOwn(this.environment.variables, name)) return undefined;
    this.dottedNames.set(node, name);
    this.uses.add(name);
    return this.environment.variables[name];
  }

  /** A dotted name that begins with no variable. */
  #path(node: Expr): string | undefined {
    if (node.op === 'name') {
      const isVariable = this.#local(node.name) || Object.hasOwn(this.environment.variables, node.name);
      return isVariable ? undefined : node.name;
    }
    if (node.op !== 'select' || node.optional) return undefined;
    const path = this.#path(node.operand);
    return path === undefined ? undefined : `${path}.${node.field}`;
  }

  #fieldOf(operand: CelType, field: string, at: number, optional = false): CelType {
    const type = this.resolve(operand);
    switch (type.kind) {
      case 'dyn':
      case 'error':
      case 'param':
        return DYN;
      case 'optional': {
        const inner = this.#fieldOf(type.value, field, at, optional);
        return inner.kind === 'optional' || inner.kind === 'error' ? inner : optionalOf(inner);
      }
      case 'map':
        if (!this.bindings.assign(STRING, type.key)) break;
        return type.value;
      case 'object':
        return type.field(field)?.type ?? this.report(at, `undefined field '${field}'`);
    }
    return this.report(at, `type '${showType(type)}' does not support field selection`);
  }

  #call(node: Extract<Expr, { op: 'call' }>): CelType {
    if (!node.target) return this.call(node, node.name, node.args);
    const path = this.#path(node.target);
    const qualified = path === undefined ? undefined : `${path}.${node.name}`;
    if (qualified !== undefined && this.environment.functions.has(qualified))
      return this.call(node, qualified, node.args);
    return this.call(node, node.name, [node.target, ...node.args], true);
  }

  call(node: Expr, name: string, args: readonly Expr[], member = false): CelType {
    const types = args.map((arg) => this.check(arg));
    const declared = this.environment.functions.get(name);
    if (!declared) return this.report(node.at, `undeclared reference to '${name}' (in container '')`);
    const found = this.#overloads(declared, types, member);
    if (!found) return this.#noOverload(node.at, name, types, member);
    this.calls.set(node, { overloads: found.overloads, args });
    return found.result;
  }

  #overloads(declared: readonly Overload[], types: readonly CelType[], member: boolean) {
    const overloads: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of declared) {
      if (overload.member !== member || overload.params.length !== types.length) continue;
      const suffix = this.#fresh++;
      const { bindings } = this;
      const mark = bindings.mark();
      if (!overload.params.every((wanted, index) => bindings.assign(types[index]!, freshen(wanted, suffix)))) {
        bindings.undo(mark);
        continue;
      }
      overloads.push(overload);
      const type = bindings.resolve(freshen(overload.result, suffix));
      result = result === undefined || showType(result) === showType(type) ? type : DYN;
    }
    return result === undefined ? undefined : { overloads, result };
  }

  #noOverload(at: number, name: string, types: readonly CelType[], member: boolean): CelType {
    const shown = types.map((type) => showType(settle(this.resolve(type))));
    const signature = member ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
    return this.report(at, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  #list(node: Extract<Expr, { op: 'list' }>): CelType {
    let element: CelType | undefined;
    for (const { value, optional } of node.items) {
      const type = this.#unwrapped(this.check(value), optional, value.at);
      element = element === undefined ? type : this.join(element, type);
    }
    return listOf(element ?? this.freshParam(), { maxElements: node.items.length });
  }

  #map(node: Extract<Expr, { op: 'map' }>): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of node.entries) {
      const keyType = this.check(entry.key);
      key = key === undefined ? keyType : this.join(key, keyType);
      const valueType = this.#unwrapped(this.check(entry.value), entry.optional, entry.value.at);
      value = value === undefined ? valueType : this.join(value, valueType);
    }
    return mapOf(key ?? this.freshParam(), value ?? this.freshParam(), { maxElements: node.entries.length });
  }

  #unwrapped(type: CelType, optional: boolean, at: number): CelType {
    if (!optional) return type;
    const resolved = this.resolve(type);
    if (resolved.kind === 'optional') return resolved.value;
    if (resolved.kind === 'dyn' || resolved.kind === 'error') return resolved;
    return this.report(at, `expected type 'optional_type(${showType(resolved)})' but found '${showType(resolved)}'`);
  }

  /** The type of a literal's items, as far as they agree. */
  join(previous: CelType, next: CelType): CelType {
    if (this.bindings.assign(next, previous)) return this.resolve(next).kind === 'dyn' ? next : previous;
    return this.bindings.assign(previous, next) ? next : DYN;
  }

  #struct(node: Extract<Expr, { op: 'struct' }>): CelType {
    const type = this.environment.type(node.type);
    if (!type) {
      return this.report(node.at, `undeclared reference to '${node.type}' (in container '')`);
    }
    for (const { name, value, optional, at } of node.fields) {
      const given = this.#unwrapped(this.check(value), optional, at);
      const wanted = type.field(name)?.type;
      if (!wanted) this.report(at, `undefined field '${name}'`);
      else if (!this.bindings.assign(given, wanted)) {
        const [want, have] = [wanted, settle(this.resolve(given))].map(showType);
        this.report(at, `expected type of field '${name}' is '${want}' but provided type is '${have}'`);
      }
    }
    return type;
  }

  #logical(node: Extract<Expr, { op: 'and' | 'or' }>): CelType {
    const types = node.terms.map((term) => this.check(term));
    const bad = types.findIndex((type) => !this.bindings.assign(type, BOOL));
    if (bad < 0) return BOOL;
    const pair = bad === 0 ? [types[0]!, types[1]!] : [BOOL, types[bad]!];
    return this.#noOverload(node.at, node.op === 'and' ? '_&&_' : '_||_', pair, false);
  }

  #conditional(node: Extract<Expr, { op: 'conditional' }>): CelType {
    const types = [node.test, node.then, node.otherwise].map((part) => this.check(part));
    const [test, then, otherwise] = types as [CelType, CelType, CelType];
    if (this.bindings.assign(test, BOOL)) {
      if (this.bindings.assign(otherwise, then)) return this.resolve(otherwise).kind === 'dyn' ? otherwise : then;
      if (this.bindings.assign(then, otherwise)) return otherwise;
    }
    return this.#noOverload(node.at, '_?_:_', types, false);
  }
}

function constantType(value: Value): CelType {
  if (typeof value === 'string') return { kind: 'string', maxElements: value.length };
  if (value === null) return NULL;
  return { kind: runtimeKind(value) } as CelType;
}
