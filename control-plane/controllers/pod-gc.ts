import type { Node, Pod } from '../../shared/api/object.ts';
import type { ObjectChange, WriteOperation } from '../client.ts';
import { conditionIn } from './nodes/conditions.ts';
import { disrupt } from './pods/disruption.ts';
import { isTerminal } from './pods/pod-state.ts';
import { defineController, type ReconcileDeps, type ReconcileResult } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { keyOf, sameObject, writeAll } from './runtime/write.ts';

/** A node that is deleted and joins again within this time keeps its Pods. */
const quarantineMs = 40_000;
const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/**
 * Removes Pods that no node agent will ever remove: those on a node that no longer exists, those that are being
 * deleted on a node that an operator has declared out of service, and those deleted before they had a node.
 *
 * Keys: `node/N` looks at a node, `missing/N` looks at it again after the quarantine, `pod/NS/NAME` at one Pod.
 */
export default defineController({
  name: 'pod-garbage-collector',
  watches: [
    { resource: 'nodes', toKeys: ({ object }) => [`node/${object.metadata.name}`] },
    { resource: 'pods', toKeys: keysOfPod },
  ],
  async reconcile(key, deps) {
    const slash = key.indexOf('/');
    const [sort, rest] = [key.slice(0, slash), key.slice(slash + 1)];
    if (sort === 'pod') return collectUnscheduled(rest, deps);
    const node = await deps.client.get<Node>({ resource: 'nodes', namespace: '', name: rest });
    if (node) return collectOutOfService(node, deps);
    return collectOrphans(rest, sort === 'missing', deps);
  },
});

function keysOfPod({ type, object, previous }: ObjectChange): string[] {
  const pod = object as Pod;
  const nodeName = pod.spec?.nodeName;
  if (type === 'DELETED') return [];
  if (!nodeName) return pod.metadata.deletionTimestamp ? [`pod/${namespacedKey(pod)}`] : [];
  const before = previous as Pod | undefined;
  const isNews = !before?.spec?.nodeName || (pod.metadata.deletionTimestamp && !before.metadata.deletionTimestamp);
  return isNews ? [`node/${nodeName}`] : [];
}

async function collectOrphans(
  nodeName: string,
  waited: boolean,
  { client, clock, log }: ReconcileDeps,
): Promise<ReconcileResult | undefined> {
  const { items } = await client.list<Pod>({ resource: 'pods', nodeName });
  if (items.length === 0) return undefined;
  if (!waited) return { requeueAfterMs: quarantineMs, requeueKey: `missing/${nodeName}` };
  log.info('removing the Pods of a node that is gone', { node: nodeName, pods: items.length });
  const cause = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', nowMs: clock.now() };
  await writeAll(
    client,
    items.flatMap((pod) =>
      isTerminal(pod) ? forceDelete(pod) : disrupt(pod, { ...cause, phase: 'Failed', gracePeriodSeconds: 0 }),
    ),
  );
  return undefined;
}

async function collectOutOfService(node: Node, { client }: ReconcileDeps): Promise<undefined> {
  if (!node.spec?.taints?.some(({ key }) => key === outOfServiceTaint)) return undefined;
  if (conditionIn(node, 'Ready')?.status === 'True') return undefined;
  const { items } = await client.list<Pod>({ resource: 'pods', nodeName: node.metadata.name });
  const terminating = items.filter(({ metadata }) => metadata.deletionTimestamp);
  await writeAll(
    client,
    terminating.flatMap((pod): WriteOperation[] => [
      ...(isTerminal(pod) ? [] : [markFailed(pod)]),
      ...forceDelete(pod),
    ]),
  );
  return undefined;
}

async function collectUnscheduled(key: string, { client }: ReconcileDeps): Promise<undefined> {
  const pod = await client.get<Pod>({ resource: 'pods', ...splitKey(key) });
  if (pod?.metadata.deletionTimestamp && !pod.spec?.nodeName) await writeAll(client, forceDelete(pod));
  return undefined;
}

function markFailed(pod: Pod): WriteOperation {
  return {
    verb: 'patch',
    key: keyOf('pods', pod),
    subresource: 'status',
    patch: { status: { phase: 'Failed' } },
    preconditions: sameObject(pod),
  };
}

function forceDelete(pod: Pod): WriteOperation[] {
  return [{ verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod), gracePeriodSeconds: 0 }];
}
