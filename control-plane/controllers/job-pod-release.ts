import type { Job, KubernetesObject, Pod } from '../../shared/api/object.ts';
import { isTrue } from './job/conditions.ts';
import { jobKind } from './job/new-pod.ts';
import { isManagedElsewhere, isTracked, withoutTracking } from './job/tracking.ts';
import { controllerOf } from './pods/pod-state.ts';
import { defineController, type Reader } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

const jobs = 'jobs.batch';

/**
 * Takes the tracking finalizer off Pods that no Job will count any more, because it is gone or has ended: they could
 * never be deleted.
 */
export default defineController({
  name: 'job-pod-release',
  watches: [
    {
      resource: 'pods',
      async toKeys({ type, object }, { reader }) {
        return type !== 'DELETED' && (await isLeftOver(object as Pod, reader)) ? [namespacedKey(object)] : [];
      },
    },
    {
      resource: jobs,
      async toKeys({ type, object }, { reader }) {
        if (type !== 'DELETED' && !hasEnded(object)) return [];
        const { namespace, uid } = object.metadata;
        const { items } = await reader.list<Pod>({ resource: 'pods', namespace, owner: uid });
        return items.filter(isTracked).map(namespacedKey);
      },
    },
  ],
  async reconcile(key, { client }) {
    const pod = await client.get<Pod>({ resource: 'pods', ...splitKey(key) });
    if (!pod || !(await isLeftOver(pod, client))) return undefined;
    const patch = { metadata: { finalizers: withoutTracking(pod) } };
    await writeAll(client, [{ verb: 'patch', key: keyOf('pods', pod), patch, preconditions: sameState(pod) }]);
    return undefined;
  },
});

async function isLeftOver(pod: Pod, reader: Reader): Promise<boolean> {
  if (!isTracked(pod)) return false;
  const owner = controllerOf(pod);
  if (!owner) return true;
  if (owner.kind !== jobKind.kind || owner.apiVersion !== jobKind.apiVersion) return false;
  const namespace = pod.metadata.namespace ?? '';
  const job = await reader.get<Job>({ resource: jobs, namespace, name: owner.name });
  if (!job || job.metadata.uid !== owner.uid) return true;
  return hasEnded(job) && !isManagedElsewhere(job);
}

function hasEnded(object: KubernetesObject): boolean {
  const job = object as Job;
  return isTrue(job, 'Complete') || isTrue(job, 'Failed');
}
