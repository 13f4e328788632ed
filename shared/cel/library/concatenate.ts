import { equal, type Work } from '../equality.ts';
import { ArrayList, type ListValue } from '../values.ts';
import { mergeByKeys } from './keyed-lists.ts';

/** `a + b` of lists. Lists that are sets or keyed lists in the API stay that: later items take the place of equal ones. */
export function concatenate(a: ListValue, b: ListValue, work: Work): ListValue {
  work(a.length + b.length);
  const kind = a.identity;
  if (kind?.listType === 'map') return mergeByKeys(a, b, kind.mapKeys ?? []);
  if (kind?.listType !== 'set') return new ArrayList([...a, ...b]);
  const added = [...b].filter((item) => ![...a].some((known) => equal(known, item, work)));
  return new ArrayList([...a, ...added], kind);
}
