import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../../shared/api/object.ts';
import { referenceTo } from '../replication/replica-owner.ts';

const setKind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
const podKind = { apiVersion: 'v1', kind: 'Pod' };

export function claimName({ metadata }: StatefulSet, volume: string, ordinal: number): string {
  return `${volume}-${metadata.name}-${ordinal}`;
}

/** The claims that the Pod of an ordinal uses. */
export function newClaims(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const { namespace } = set.metadata;
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    metadata: {
      ...(metadata?.annotations ? { annotations: { ...metadata.annotations } } : {}),
      name: claimName(set, metadata?.name ?? '', ordinal),
      namespace,
      labels: { ...metadata?.labels, ...set.spec?.selector?.matchLabels },
    },
    ...(spec ? { spec } : {}),
  })) as PersistentVolumeClaim[];
}

/** A claim that is going, or that belongs to an earlier Pod of the name, is not to be used by a new one. */
export function isStale({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  if (metadata.deletionTimestamp) return true;
  return (metadata.ownerReferences ?? []).some(
    ({ kind, apiVersion, name, uid }) =>
      kind === podKind.kind &&
      apiVersion === podKind.apiVersion &&
      name === pod.metadata.name &&
      uid !== pod.metadata.uid,
  );
}

/**
 * Who takes the claim along when it goes, by the retention policy: the set, or the Pod once it is not wanted any more.
 * Undefined where that is so already, or where the claim is somebody else's.
 */
export function ownersByPolicy(
  claim: PersistentVolumeClaim,
  { set, pod, isWanted }: { set: StatefulSet; pod: Pod; isWanted: boolean },
): OwnerReference[] | undefined {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const references = claim.metadata.ownerReferences ?? [];
  const isOf = (reference: OwnerReference, kind: typeof podKind, name: string | undefined) =>
    reference.kind === kind.kind && reference.apiVersion === kind.apiVersion && reference.name === name;
  const ofSet = (reference: OwnerReference) => isOf(reference, setKind, set.metadata.name);
  const ofPod = (reference: OwnerReference) => isOf(reference, podKind, pod.metadata.name);
  const isForeign = references.some(
    (reference) =>
      (ofSet(reference) && reference.uid !== set.metadata.uid) ||
      (ofPod(reference) && reference.uid !== pod.metadata.uid) ||
      (reference.controller && !ofSet(reference) && !ofPod(reference)),
  );
  if (isForeign) return undefined;
  const others = references.filter((reference) => !ofSet(reference) && !ofPod(reference));
  const goesWithPod = whenScaled === 'Delete' && !isWanted;
  const goesWithSet = whenDeleted === 'Delete' && !goesWithPod;
  const wanted = [
    ...others,
    ...(goesWithSet ? [referenceTo(setKind, set)] : []),
    ...(goesWithPod ? [referenceTo(podKind, pod)] : []),
  ];
  const isSame =
    wanted.length === references.length &&
    wanted.every(({ uid, controller }) => references.some((one) => one.uid === uid && one.controller === controller));
  return isSame ? undefined : wanted;
}
