import { jsonEqual } from '../../../shared/api/json.ts';
import { referenceTo } from '../replication/replica-owner.ts';
import { fencepostsOf } from './fenceposts.ts';
import { type Deployment, type ReplicaSet, replicasOf } from './types.ts';

/** Label that keeps apart the Pods of the ReplicaSets of one Deployment. */
export const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const maxHistoryLength = 2000;

/** A ReplicaSet has its own of these; every other annotation of the Deployment is copied to it. */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

/** The ReplicaSet of the present template, and the others. */
export interface Revisions {
  current?: ReplicaSet;
  /** Oldest first. */
  old: ReplicaSet[];
}

/** Of several ReplicaSets with the present template the oldest is the current one, so that all agree on it. */
export function splitRevisions(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Revisions {
  const byAge = [...replicaSets].sort(olderFirst);
  const current = byAge.find((set) => hasTemplateOf(set, deployment));
  return { current, old: byAge.filter((set) => set !== current) };
}

export function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function hasTemplateOf({ spec }: ReplicaSet, deployment: Deployment): boolean {
  return jsonEqual(withoutHash(spec?.template), withoutHash(deployment.spec?.template));
}

function withoutHash(template: NonNullable<ReplicaSet['spec']>['template']) {
  const { [hashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

export function revisionOf({ metadata }: ReplicaSet | Deployment): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The revision that the current template gets: one more than any other had. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

/** A ReplicaSet for the present template, of this many Pods. */
export function newReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { spec, status, metadata } = deployment;
  const hash = hashOf(spec?.template, status?.collisionCount ?? 0);
  const labels = { ...spec?.template?.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(metadata.name ?? '', hash),
      namespace: metadata.namespace,
      labels,
      annotations: annotationsFor(deployment, undefined, revision),
      ownerReferences: [referenceTo({ apiVersion: 'apps/v1', kind: 'Deployment' }, deployment)],
    },
    spec: {
      replicas,
      ...(spec?.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector?.matchLabels, [hashLabel]: hash } },
      template: { ...spec?.template, metadata: { ...spec?.template?.metadata, labels } },
    },
  };
}

/** What the annotations of a Deployment's current ReplicaSet should be. */
export function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const present = set?.metadata.annotations ?? {};
  const annotations = { ...present };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(name)) annotations[name] = value;
  }
  const before = set ? revisionOf(set) : 0;
  if (before < revision) {
    annotations[revisionAnnotation] = String(revision);
    if (before > 0) annotations[historyAnnotation] = withRevision(present[historyAnnotation], before);
  }
  return set ? annotations : { ...annotations, ...sizeAnnotations(deployment) };
}

/** The sizes that a ReplicaSet was scaled for: how proportional scaling knows what it scales from. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = replicasOf(deployment);
  return {
    [desiredReplicasAnnotation]: String(replicas),
    [maxReplicasAnnotation]: String(replicas + fencepostsOf(deployment).maxSurge),
  };
}

/** The most Pods that were allowed when this ReplicaSet was last scaled; undefined where it does not say. */
export function maxReplicasOf({ metadata }: ReplicaSet): number | undefined {
  const text = metadata.annotations?.[maxReplicasAnnotation];
  return text === undefined ? undefined : Number(text);
}

function withRevision(history: string | undefined, revision: number): string {
  const revisions = [...(history ? history.split(',') : []), String(revision)];
  while (revisions.join(',').length > maxHistoryLength) revisions.shift();
  return revisions.join(',');
}

const maxNameLength = 253;

function replicaSetName(deployment: string, hash: string): string {
  return `${deployment.slice(0, maxNameLength - hash.length - 1)}-${hash}`;
}

/** Without vowels and look-alikes, as Kubernetes makes random names: no words by accident. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a of the template in one canonical order. The collision count tells apart what it does not. */
export function hashOf(template: unknown, collisionCount: number): string {
  let hash = 0x811c9dc5;
  const text = canonical(template) + (collisionCount > 0 ? `#${collisionCount}` : '');
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
