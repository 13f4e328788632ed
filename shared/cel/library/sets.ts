import type { Work } from '../equality.ts';
import { type Overload, plain, sizeOf } from '../functions.ts';
import { BOOL, listOf, param } from '../types.ts';
import type { ListValue } from '../values.ts';
import { includes } from './operators.ts';

const A = param('A');

function contains(set: ListValue, subset: ListValue, work: Work): boolean {
  for (const item of subset) if (!includes(set, item, work)) return false;
  return true;
}

function intersects(a: ListValue, b: ListValue, work: Work): boolean {
  for (const item of a) if (includes(b, item, work)) return true;
  return false;
}

function onLists(name: string, times: number, test: (a: ListValue, b: ListValue, work: Work) => boolean): Overload {
  return plain(
    name,
    [listOf(A), listOf(A)],
    BOOL,
    (args, work) => {
      work(sizeOf(args[0]) * sizeOf(args[1]));
      return test(args[0] as ListValue, args[1] as ListValue, work);
    },
    (args) => 1 + sizeOf(args[0]) * sizeOf(args[1]) * times,
  );
}

/** Lists taken as sets. */
export const sets: readonly Overload[] = [
  onLists('sets.contains', 1, contains),
  onLists('sets.equivalent', 2, (a, b, work) => contains(a, b, work) && contains(b, a, work)),
  onLists('sets.intersects', 1, intersects),
];
