import { jsonEqual } from '../../shared/api/json.ts';
import type { Node, Pod } from '../../shared/api/object.ts';
import type { ObjectChange } from '../client.ts';
import type { PendingPod } from './pod-info.ts';

/** Waits for a node, and for this scheduler to choose it. */
export function isPending(pod: Pod, schedulerName: string): boolean {
  const { metadata, spec, status } = pod;
  if (spec?.nodeName || metadata.deletionTimestamp || (spec?.schedulingGates ?? []).length > 0) return false;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  return (spec?.schedulerName ?? 'default-scheduler') === schedulerName;
}

/** Nothing that a decision rests on differs; `terms` are made of the affinity. */
export function isSameRequest(a: PendingPod, b: PendingPod): boolean {
  return jsonEqual({ ...a, terms: undefined }, { ...b, terms: undefined });
}

/** Whether a Pod that fitted nowhere before the change might fit now. */
export function mayHelp({ key, type, object, previous }: ObjectChange): boolean {
  if (key.resource === 'nodes')
    return type !== 'DELETED' && (!previous || !isSameOffer(object as Node, previous as Node));
  if (key.resource !== 'pods') return false;
  const pod = object as Pod;
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (pod.spec?.nodeName && (type === 'DELETED' || finished)) return true;
  return leavesRoom(pod, type === 'DELETED' ? undefined : (previous as Pod | undefined));
}

/** Whether a change that gives nobody room may help a Pod that cares about where others are. */
export function movesOthers(change: ObjectChange): boolean {
  const { key, type, object, previous } = change;
  if (isRelabelled(change)) return true;
  if (key.resource !== 'pods' || type === 'DELETED' || !(object as Pod).spec?.nodeName) return false;
  const isPlaced = !(previous as Pod | undefined)?.spec?.nodeName;
  return isPlaced || object.metadata.deletionTimestamp !== previous?.metadata.deletionTimestamp;
}

/** Other selectors may select a Pod that has a node, or what is in a namespace. */
export function isRelabelled({ key, type, object, previous }: ObjectChange): boolean {
  if (type !== 'MODIFIED') return false;
  const isPlaced = key.resource === 'pods' && Boolean((previous as Pod | undefined)?.spec?.nodeName);
  if (!isPlaced && key.resource !== 'namespaces') return false;
  return !jsonEqual(object.metadata.labels, previous?.metadata.labels);
}

/** Room was kept for it, and it will not come. */
function leavesRoom(pod: Pod, previous: Pod | undefined): boolean {
  const kept = (previous ?? pod).status?.nominatedNodeName;
  if (!kept) return false;
  return !previous || (pod.spec?.nodeName !== kept && pod.status?.nominatedNodeName !== kept);
}

function isSameOffer(a: Node, b: Node): boolean {
  return (
    jsonEqual(a.spec, b.spec) &&
    jsonEqual(a.metadata.labels, b.metadata.labels) &&
    jsonEqual(a.status?.allocatable, b.status?.allocatable)
  );
}
