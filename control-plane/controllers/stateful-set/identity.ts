import type { ControllerRevision, Pod, StatefulSet } from '../../../shared/api/object.ts';
import { templateOf } from '../history/history.ts';
import { podFromTemplate, type TemplateOwner } from '../replication/replica-owner.ts';
import { claimName } from './claims.ts';

export const statefulSetKind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
export const revisionLabel = 'controller-revision-hash';
const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';

/** The number at the end of a name that begins with that of the set; undefined for any other name. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const [name, rest] = [pod.metadata.name ?? '', (pod.metadata.name ?? '').slice(prefix.length)];
  return name.startsWith(prefix) && /^\d{1,9}$/.test(rest) ? Number(rest) : undefined;
}

/** The ordinals that the set should have, from and up to but not including. */
export function ordinalRange({ spec }: StatefulSet): { from: number; to: number } {
  const from = spec?.ordinals?.start ?? 0;
  return { from, to: from + (spec?.replicas ?? 1) };
}

export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[revisionLabel] ?? '';
}

/** The Pod of an ordinal, of the template that a revision holds. */
export function newPod(set: StatefulSet, ordinal: number, revision: ControllerRevision): Pod {
  const owner = { ...set, spec: { template: templateOf(revision) } } as unknown as TemplateOwner;
  const pod = podFromTemplate(statefulSetKind, owner);
  const name = `${set.metadata.name}-${ordinal}`;
  const { generateName: _prefix, ...metadata } = pod.metadata;
  const claimed = (set.spec?.volumeClaimTemplates ?? []).map((template) => template.metadata?.name ?? '');
  const volumes = [
    ...claimed.map((volume) => ({
      name: volume,
      persistentVolumeClaim: { claimName: claimName(set, volume, ordinal) },
    })),
    ...(pod.spec?.volumes ?? []).filter((volume) => !claimed.includes(volume.name)),
  ];
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: { ...metadata.labels, ...identityLabels(name, ordinal), [revisionLabel]: revision.metadata.name ?? '' },
    },
    spec: {
      ...(pod.spec ?? { containers: [] }),
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [nameLabel]: name, [indexLabel]: String(ordinal) };
}

/** The labels that tell which Pod of the set it is, where somebody has taken one away. */
export function missingLabels(pod: Pod, ordinal: number): Record<string, string> | undefined {
  const name = pod.metadata.name ?? '';
  return pod.metadata.labels?.[nameLabel] === name ? undefined : identityLabels(name, ordinal);
}
