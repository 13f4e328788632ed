import type { CheckedExpression } from './checker.ts';
import { CelRuntimeError } from './errors.ts';
import type { Expr } from './syntax/ast.ts';
import { ArrayList, EntryMap, type Value } from './values.ts';

const conversions = new Set([
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'],
]);

/** The value of what is the same in every evaluation, which then costs nothing. */
export function foldConstant(checked: CheckedExpression, node: Expr): Value | undefined {
  switch (node.op) {
    case 'constant':
      return node.value;
    case 'list': {
      const values = node.items.map(({ value, optional }) => (optional ? undefined : foldConstant(checked, value)));
      return values.every(isKnown) ? new ArrayList(values) : undefined;
    }
    case 'map':
      return foldMap(checked, node);
    case 'call':
      return foldConversion(checked, node);
    default:
      return undefined;
  }
}

function isKnown(value: Value | undefined): value is Value {
  return value !== undefined;
}

function foldMap(checked: CheckedExpression, node: Extract<Expr, { op: 'map' }>): Value | undefined {
  const map = new EntryMap();
  for (const { key, value, optional } of node.entries) {
    const [at, item] = optional ? [] : [foldConstant(checked, key), foldConstant(checked, value)];
    // A key that is there twice is an error, and that of the evaluation.
    if (at === undefined || item === undefined || !map.add(at, item)) return undefined;
  }
  return map;
}

function foldConversion(checked: CheckedExpression, node: Extract<Expr, { op: 'call' }>): Value | undefined {
  if (!conversions.has(node.name) || node.args.length !== 1 || node.target) return undefined;
  const argument = foldConstant(checked, node.args[0]!);
  const overloads = checked.calls.get(node)?.overloads;
  if (argument === undefined || overloads?.length !== 1) return undefined;
  try {
    return overloads[0]!.call([argument], () => undefined);
  } catch (error) {
    if (error instanceof CelRuntimeError) return undefined;
    throw error;
  }
}
