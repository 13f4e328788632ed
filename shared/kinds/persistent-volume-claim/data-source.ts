import type { ClaimSpec } from './validate-spec.ts';

/**
 * A volume may begin as a copy of something. The older of the two fields that say so takes only claims and snapshots
 * (anything else in it has always been dropped); afterwards both say the same.
 */
export function normalizeDataSources(spec: ClaimSpec | undefined, old?: ClaimSpec): void {
  if (!spec) return;
  // Taking a volume from another namespace is a feature that is off by default.
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  if (!old?.dataSource && !old?.dataSourceRef && !spec.dataSourceRef && !isClaimOrSnapshot(spec.dataSource)) {
    delete spec.dataSource;
  }
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _, ...dataSource } = spec.dataSourceRef;
    spec.dataSource = dataSource;
  }
}

function isClaimOrSnapshot(source: ClaimSpec['dataSource']): boolean {
  if (source?.kind === 'PersistentVolumeClaim') return !source.apiGroup;
  return source?.kind === 'VolumeSnapshot' && source.apiGroup === 'snapshot.storage.k8s.io';
}
