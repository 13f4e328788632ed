import { IndexSet } from './index-set.ts';
import type { JobSpec } from './tracking.ts';

/** Why the Job has succeeded already, although not all of its indexes have; undefined while it has not. */
export function metSuccessPolicy({ successPolicy, completions = 0 }: JobSpec, succeeded: IndexSet): string | undefined {
  if (succeeded.size === 0) return undefined;
  const met = (successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
    const wanted = IndexSet.parse(succeededIndexes, completions);
    const have = wanted.overlap(succeeded);
    return wanted.size > 0 && (have === wanted.size || (succeededCount !== undefined && have >= succeededCount));
  });
  return met < 0 ? undefined : `Matched rules at index ${met}`;
}
