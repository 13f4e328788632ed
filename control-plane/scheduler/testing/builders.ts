import type { Node, Pod, Taint } from '../../../shared/api/object.ts';
import { seededRandom } from '../../controllers/testing/random.ts';
import type { Budget } from '../budgets.ts';
import { refuse, type Verdict } from '../decide.ts';
import { filters } from '../filters/index.generated.ts';
import { pendingPod } from '../pod-info.ts';
import type { QueuedPod } from '../queue.ts';
import { schedule } from '../schedule.ts';
import { scores } from '../scores/index.generated.ts';
import { Snapshot } from '../snapshot.ts';

export interface NodeOptions {
  allocatable?: Record<string, string>;
  labels?: Record<string, string>;
  taints?: Taint[];
  unschedulable?: boolean;
}

export function aNode(name: string, options: NodeOptions = {}): Node {
  const { allocatable = { cpu: '4', memory: '8Gi', pods: '110' }, labels = {}, taints, unschedulable } = options;
  return { metadata: { name, labels }, spec: { taints, unschedulable }, status: { allocatable } };
}

export interface PodOptions {
  requests?: Record<string, string>;
  owner?: string;
  labels?: Record<string, string>;
  hostPort?: number;
  spec?: Partial<Pod['spec']>;
  status?: Pod['status'];
}

export function aPod(name: string, { requests, owner, labels = {}, hostPort, spec, status }: PodOptions = {}): Pod {
  const references = owner ? [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }] : [];
  const ports = hostPort ? [{ containerPort: 80, hostPort }] : [];
  return {
    metadata: { name, namespace: 'default', uid: name, labels, ownerReferences: references },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests }, ports }], ...spec },
    ...(status ? { status } : {}),
  };
}

export function snapshotOf(nodes: readonly Node[], placed: readonly Pod[] = []): Snapshot {
  const snapshot = new Snapshot();
  for (const object of nodes) put(snapshot, 'nodes', object);
  for (const object of placed) put(snapshot, 'pods', object);
  return snapshot;
}

export function put(snapshot: Snapshot, resource: string, object: Node | Pod): void {
  const { namespace = '', name = '' } = object.metadata;
  snapshot.apply({ type: 'ADDED', revision: 1, key: { resource, namespace, name }, object: object as Pod });
}

/** The name of the node, or the message. */
export function decide(pod: Pod, snapshot: Snapshot, random = seededRandom(1)): string {
  const verdict = judge(pod, snapshot, { random });
  return 'node' in verdict ? verdict.node : verdict.message;
}

/** One decision; a refusal, and whoever has to make room, are in the snapshot afterwards. */
export function judge(
  pod: Pod,
  snapshot: Snapshot,
  { budgets = [], random = seededRandom(1) }: { budgets?: readonly Budget[]; random?: () => number } = {},
): Verdict {
  const options = { filters, scores, random };
  const info = pendingPod(pod);
  const queued: QueuedPod = { info, pod, attempts: 0, sequence: 0, notBefore: 0, state: 'active' };
  const decision = schedule(info, snapshot, options);
  if ('node' in decision) return { queued, node: decision.node };
  return refuse(queued, { snapshot, rejections: decision.rejections, options, budgets });
}

/** Schedules one after the other; the node of each, or its message. */
export function place(pods: readonly Pod[], snapshot: Snapshot, seed = 1): string[] {
  const random = seededRandom(seed);
  return pods.map((pod) => {
    const node = decide(pod, snapshot, random);
    if (snapshot.node(node)) snapshot.assume(pendingPod(pod), node);
    return node;
  });
}
