import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Node, Pod, Taint, Toleration } from '../../shared/api/object.ts';
import { tolerates } from '../../shared/api/taints.ts';
import type { ObjectChange } from '../client.ts';
import { disrupt } from './pods/disruption.ts';
import { conditionOf } from './pods/pod-state.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { keyOf, sameState, timestamp, writeAll } from './runtime/write.ts';

const component = 'taint-eviction-controller';

/** Deletes Pods from nodes with `NoExecute` taints, once the time that they tolerate these is over. Key: node name. */
export default defineController({
  name: component,
  watches: [
    { resource: 'nodes', toKeys: keysOfNode },
    { resource: 'pods', toKeys: keysOfPod },
  ],
  async reconcile(name, deps) {
    const { client, clock } = deps;
    const node = await client.get<Node>({ resource: 'nodes', namespace: '', name });
    const taints = node?.spec?.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
    if (!node || taints.length === 0) return undefined;
    const { items } = await client.list<Pod>({ resource: 'pods', nodeName: name });
    const nowMs = clock.now();
    const waiting: number[] = [];
    const due: Pod[] = [];
    for (const pod of items.filter(({ metadata }) => !metadata.deletionTimestamp)) {
      const atMs = evictionTime(pod, taints, nowMs);
      if (atMs <= nowMs) due.push(pod);
      else if (atMs !== Number.POSITIVE_INFINITY) waiting.push(atMs);
    }
    await evict(due, deps);
    if (waiting.length === 0) return undefined;
    await stampTaints(node, deps);
    return { requeueAfterMs: Math.min(...waiting) - nowMs };
  },
});

function keysOfNode({ type, object, previous }: ObjectChange): string[] {
  const taints = (node: Node | undefined) => (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  const now = taints(object as Node);
  if (type === 'DELETED' || now.length === 0 || jsonEqual(now, taints(previous as Node | undefined))) return [];
  return [object.metadata.name ?? ''];
}

/** A Pod that is bound to, or already on, a node that may be tainted. */
function keysOfPod({ type, object, previous }: ObjectChange): string[] {
  const pod = object as Pod;
  const before = previous as Pod | undefined;
  if (type === 'DELETED' || !pod.spec?.nodeName) return [];
  const isNews = !before?.spec?.nodeName || !jsonEqual(pod.spec.tolerations, before.spec.tolerations);
  return isNews ? [pod.spec.nodeName] : [];
}

/**
 * When the Pod has to go, in epoch ms: at once when it does not tolerate one of the taints, never when it tolerates all
 * without limit, otherwise when the shortest of the tolerations that it uses is over.
 */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number {
  const tolerations: readonly Toleration[] = pod.spec?.tolerations ?? [];
  const used = new Set<Toleration>();
  let since = 0;
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint));
    if (!toleration) return nowMs;
    used.add(toleration);
    since = Math.max(since, taint.timeAdded ? Date.parse(taint.timeAdded) : nowMs);
  }
  const seconds = [...used].map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY);
  const shortest = Math.max(0, Math.min(...seconds));
  return Math.max(since, boundSince(pod)) + shortest * 1000;
}

function boundSince(pod: Pod): number {
  const time = conditionOf(pod, 'PodScheduled')?.lastTransitionTime ?? pod.metadata.creationTimestamp;
  return time ? Date.parse(time) : 0;
}

/** Taints that people set carry no time; without one a toleration of some seconds would begin anew at each look. */
async function stampTaints(node: Node, { client, clock }: ReconcileDeps): Promise<void> {
  const taints = node.spec?.taints ?? [];
  const isOpen = ({ effect, timeAdded }: Taint) => effect === 'NoExecute' && !timeAdded;
  if (!taints.some(isOpen)) return;
  const timeAdded = timestamp(clock.now());
  const stamped = taints.map((taint) => (isOpen(taint) ? { ...taint, timeAdded } : taint));
  const object = node as KubernetesObject;
  await writeAll(client, [
    {
      verb: 'patch',
      key: keyOf('nodes', object),
      patch: { spec: { taints: stamped } },
      preconditions: sameState(object),
    },
  ]);
}

async function evict(pods: readonly Pod[], { client, clock, recorder }: ReconcileDeps): Promise<void> {
  const cause = {
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    nowMs: clock.now(),
  };
  for (const pod of pods) {
    const message = `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`;
    recorder.record({ object: pod, type: 'Normal', reason: 'TaintManagerEviction', message, component });
  }
  await writeAll(
    client,
    pods.flatMap((pod) => disrupt(pod, cause)),
  );
}
