import type { Job } from '../../shared/api/object.ts';
import { findCondition } from './job/conditions.ts';
import { defineController } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

const jobs = 'jobs.batch';

/** Deletes Jobs, and their Pods first, some time after they have ended (`ttlSecondsAfterFinished`). */
export default defineController({
  name: 'ttl-after-finished-controller',
  watches: [
    {
      resource: jobs,
      toKeys: ({ object }) => (expiryMs(object as Job) === undefined ? [] : [namespacedKey(object)]),
    },
  ],
  async reconcile(key, { client, clock }) {
    const job = await client.get<Job>({ resource: jobs, ...splitKey(key) });
    const expiry = job && expiryMs(job);
    if (!job || expiry === undefined) return undefined;
    const waitMs = expiry - clock.now();
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    await writeAll(client, [
      { verb: 'delete', key: keyOf(jobs, job), preconditions: sameState(job), propagationPolicy: 'Foreground' },
    ]);
    return undefined;
  },
});

/** When the Job is to go, in epoch ms; undefined while nothing says so. */
function expiryMs(job: Job): number | undefined {
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || job.metadata.deletionTimestamp) return undefined;
  const end = ['Complete', 'Failed'].map((type) => findCondition(job, type)).find((one) => one?.status === 'True');
  return end?.lastTransitionTime ? Date.parse(end.lastTransitionTime) + ttlSeconds * 1000 : undefined;
}
