import type { Charge } from '../equality.ts';
import { type Overload, plain, sizeOf } from '../functions.ts';
import { BOOL, listOf, param } from '../types.ts';
import type { ListValue, Value } from '../values.ts';
import { includes } from './operators.ts';

const A = param('A');

/** Every item of one list is looked for in the other. */
const product = (args: readonly Value[]) => 1 + sizeOf(args[0]) * sizeOf(args[1]);

function contains(set: ListValue, subset: ListValue, charge: Charge): boolean {
  for (const item of subset) if (!includes(set, item, charge)) return false;
  return true;
}

function intersects(a: ListValue, b: ListValue, charge: Charge): boolean {
  for (const item of a) if (includes(b, item, charge)) return true;
  return false;
}

function onLists(name: string, test: (a: ListValue, b: ListValue, charge: Charge) => boolean): Overload {
  return plain(
    name,
    [listOf(A), listOf(A)],
    BOOL,
    (args, charge) => {
      charge(product(args));
      return test(args[0] as ListValue, args[1] as ListValue, charge);
    },
    () => 0,
  );
}

/** Lists taken as sets. */
export const sets: readonly Overload[] = [
  onLists('sets.contains', contains),
  onLists('sets.equivalent', (a, b, charge) => contains(a, b, charge) && contains(b, a, charge)),
  onLists('sets.intersects', intersects),
];
