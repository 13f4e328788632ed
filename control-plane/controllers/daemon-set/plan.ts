import type { Pod } from '../../../shared/api/object.ts';
import { finishedAt } from '../job/backoff.ts';
import { isReady } from '../pods/pod-state.ts';
import { isUpdated } from './new-pod.ts';
import { isAvailable, type NodeView, type Situation } from './nodes.ts';
import { planRollout } from './rollout.ts';

/** Pods that one reconcile creates or deletes at most. */
const burst = 250;
/** A Pod that fails at once is not replaced more often than this. */
const failureDelayMs = 5000;

export interface DaemonPlan {
  /** Names of the nodes that get a Pod. */
  create: string[];
  remove: Pod[];
  /** Of those, the ones that have ended, with the words about them. */
  ended: { pod: Pod; message: string }[];
  waitMs?: number;
}

/** Decides from one consistent reading. An update goes on when every node has what it should have. */
export function planDaemons(situation: Situation): DaemonPlan {
  const plan: DaemonPlan = { create: [], remove: [...situation.lost], ended: [] };
  for (const node of situation.nodes) planNode(node, situation, plan);
  const isSettled = plan.create.length + plan.remove.length === 0;
  const isRolling = situation.daemonSet.spec?.updateStrategy?.type !== 'OnDelete';
  const rollout = isSettled && isRolling ? planRollout(situation) : plan;
  return { ...plan, create: rollout.create.slice(0, burst), remove: rollout.remove.slice(0, burst) };
}

function planNode(node: NodeView, situation: Situation, plan: DaemonPlan): void {
  const alive = node.pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  if (!node.mayStay) {
    plan.remove.push(...alive);
    return;
  }
  if (node.pods.length === 0) {
    if (node.shouldRun) plan.create.push(node.name);
    return;
  }
  const running = alive.filter((pod) => !hasEnded(pod, { node, situation, plan }));
  if (!mayShare(situation)) {
    plan.remove.push(...running.slice(1));
    return;
  }
  if (running.length === 0 && node.shouldRun && alive.length === 0) plan.create.push(node.name);
  plan.remove.push(...superseded(running, situation));
}

/** While an update surges, an old Pod and a new one share a node. */
function mayShare({ daemonSet }: Situation): boolean {
  const { type, rollingUpdate } = daemonSet.spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' && Number.parseInt(String(rollingUpdate?.maxSurge ?? 0), 10) > 0;
}

function hasEnded(
  pod: Pod,
  { node, situation, plan }: { node: NodeView; situation: Situation; plan: DaemonPlan },
): boolean {
  const phase = pod.status?.phase;
  if (phase !== 'Failed' && phase !== 'Succeeded') return false;
  const waitMs = phase === 'Failed' ? finishedAt(pod) + failureDelayMs - situation.nowMs : 0;
  if (waitMs > 0) {
    plan.waitMs = Math.min(plan.waitMs ?? waitMs, waitMs);
    return true;
  }
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const fate = phase === 'Failed' ? 'will try to kill it' : 'will try to delete it';
  plan.ended.push({ pod, message: `Found ${phase.toLowerCase()} daemon pod ${name} on node ${node.name}, ${fate}` });
  plan.remove.push(pod);
  return true;
}

/** The oldest Pod of each template stays, the old one only as long as it is of use. */
function superseded(running: readonly Pod[], situation: Situation): Pod[] {
  if (running.length <= 1) return [];
  const isNew = (pod: Pod) => isUpdated(pod, situation.daemonSet, situation.hash);
  const current = running.find(isNew);
  const old = running.find((pod) => !isNew(pod));
  const surplus = running.filter((pod) => pod !== current && pod !== old);
  const isReplaced = current && old && (!isReady(old) || isAvailable(current, situation));
  return isReplaced ? [...surplus, old] : surplus;
}
