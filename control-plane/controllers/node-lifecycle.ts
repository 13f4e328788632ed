import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Node, Pod, Taint } from '../../shared/api/object.ts';
import type { ObjectChange, WriteOperation } from '../client.ts';
import { readiness, schedulingTaints } from './nodes/conditions.ts';
import { planEviction } from './nodes/eviction.ts';
import { isReady, withCondition } from './pods/pod-state.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { keyOf, sameState, timestamp, writeAll } from './runtime/write.ts';

const component = 'node-controller';
/** The key of the decision that looks at all nodes together. */
const evictionKey = '*';

/**
 * Draws the consequences of node conditions. For each node (key: its name): taints that keep new Pods away, and Pods
 * of a node that is not ready are no longer ready. For all nodes together (key `*`): which of them lose their Pods.
 * Who watches the nodes' connections writes the conditions; who evicts is the taint eviction controller.
 */
export default defineController({
  name: 'node-lifecycle-controller',
  watches: [{ resource: 'nodes', toKeys: keysOfNode }],
  reconcile: (key, deps) => (key === evictionKey ? decideEvictions(deps) : settleNode(key, deps)),
});

function keysOfNode({ type, object, previous }: ObjectChange): string[] {
  if (type === 'MODIFIED' && previous && jsonEqual(aspects(object as Node), aspects(previous as Node))) return [];
  return type === 'DELETED' ? [evictionKey] : [object.metadata.name ?? '', evictionKey];
}

function aspects(node: Node): unknown {
  const conditions = (node.status?.conditions ?? []).map(({ type, status }) => [type, status]);
  return [conditions, node.spec?.taints ?? [], node.spec?.unschedulable ?? false, node.metadata.labels];
}

async function settleNode(name: string, deps: ReconcileDeps): Promise<undefined> {
  const { client, clock, recorder } = deps;
  const node = await client.get<Node>({ resource: 'nodes', namespace: '', name });
  if (!node) return undefined;
  const taints = schedulingTaints(node);
  const state = readiness(node);
  const isGone = state === 'False' || state === 'Unknown';
  const pods = isGone ? (await client.list<Pod>({ resource: 'pods', nodeName: name })).items.filter(isReady) : [];
  // Apart from the taints, which the decision on evictions may be writing too: what is told here happened.
  await writeAll(
    client,
    pods.map((pod) => markNotReady(pod, timestamp(clock.now()))),
  );
  for (const pod of pods) {
    recorder.record({ object: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component });
  }
  if (taints) await writeAll(client, [setTaints(node, taints)]);
  if (taints && isGone) {
    const message = `Node ${name} status is now: NodeNotReady`;
    recorder.record({ object: node as KubernetesObject, type: 'Normal', reason: 'NodeNotReady', message, component });
  }
  return undefined;
}

async function decideEvictions({ client, clock, log }: ReconcileDeps) {
  const { items } = await client.list<Node>({ resource: 'nodes' });
  const nowMs = clock.now();
  const { changes, nextAtMs } = planEviction(items, nowMs, timestamp(nowMs));
  for (const { node, evicts } of changes) {
    if (evicts) log.info('a node that is gone loses its Pods', { node: node.metadata.name });
  }
  await writeAll(
    client,
    changes.map(({ node, taints }) => setTaints(node, taints)),
  );
  return nextAtMs === undefined ? undefined : { requeueAfterMs: Math.max(0, nextAtMs - nowMs) };
}

function setTaints(node: Node, taints: readonly Taint[]): WriteOperation {
  return {
    verb: 'patch',
    key: keyOf('nodes', node as KubernetesObject),
    patch: { spec: { taints: taints.length > 0 ? taints : null } },
    preconditions: sameState(node as KubernetesObject),
  };
}

function markNotReady(pod: Pod, lastTransitionTime: string): WriteOperation {
  const old = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const condition = { ...old, type: 'Ready', status: 'False', lastTransitionTime };
  return {
    verb: 'patch',
    key: keyOf('pods', pod),
    subresource: 'status',
    patch: { status: { conditions: withCondition(pod, condition) } },
    preconditions: sameState(pod),
  };
}
