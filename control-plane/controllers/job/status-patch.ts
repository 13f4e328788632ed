import { jsonEqual } from '../../../shared/api/json.ts';
import type { JobStatus } from './tracking.ts';

/** Numbers and texts that are not stored while they are zero or empty. */
const omitted = ['active', 'succeeded', 'failed', 'completedIndexes'] as const;
const kept = ['ready', 'terminating', 'startTime', 'completionTime', 'failedIndexes', 'conditions'] as const;

/** The merge patch that turns the current status into the wanted one; undefined when nothing would change. */
export function statusPatch(current: JobStatus | undefined, wanted: JobStatus): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  const put = (field: keyof JobStatus, value: unknown) => {
    if (!jsonEqual(current?.[field] ?? null, value)) patch[field] = value;
  };
  for (const field of omitted) put(field, wanted[field] || null);
  for (const field of kept) put(field, wanted[field] ?? null);
  const uncounted = current?.uncountedTerminatedPods;
  if (!uncounted) patch.uncountedTerminatedPods = {};
  else if (uncounted.succeeded || uncounted.failed) patch.uncountedTerminatedPods = { succeeded: null, failed: null };
  return Object.keys(patch).length > 0 ? patch : undefined;
}
