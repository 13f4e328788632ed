import { jsonEqual } from '../api/json.ts';
import type { CSIDriver } from '../api/object.ts';
import { csiDriverWarnings, validateCSIDriver, validateCSIDriverUpdate } from './csi-driver/validate.ts';
import { defineKind, type TableColumn } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

type Spec = NonNullable<CSIDriver['spec']>;

function booleanColumn(
  name: string,
  field: 'attachRequired' | 'podInfoOnMount' | 'storageCapacity' | 'requiresRepublish',
  fallback = false,
): TableColumn<CSIDriver> {
  const description = fieldDescriptions[`V1CSIDriverSpec.${field}`];
  return { name, type: 'boolean', description, cell: ({ spec }) => spec?.[field] ?? fallback };
}

export default defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  singular: 'csidriver',
  scope: 'Cluster',
  schema: 'V1CSIDriver',
  deletion: { returnsObject: true },
  requiresResourceVersion: true,
  strategy: {
    default({ spec }) {
      if (spec && !spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    },
    prepareForCreate: ({ spec }) => dropUnreleased(spec),
    prepareForUpdate({ metadata, spec }, old) {
      dropUnreleased(spec);
      // Unlike other kinds it has no generation before its first change.
      if (!jsonEqual(spec, old.spec)) metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: validateCSIDriver,
    validateUpdate: validateCSIDriverUpdate,
    warnings: csiDriverWarnings,
  },
  columns: [
    nameColumn(),
    booleanColumn('AttachRequired', 'attachRequired', true),
    booleanColumn('PodInfoOnMount', 'podInfoOnMount'),
    booleanColumn('StorageCapacity', 'storageCapacity'),
    {
      name: 'TokenRequests',
      type: 'string',
      description: fieldDescriptions['V1CSIDriverSpec.tokenRequests'],
      cell: ({ spec }) => spec?.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>',
    },
    booleanColumn('RequiresRepublish', 'requiresRepublish'),
    {
      name: 'Modes',
      type: 'string',
      description: fieldDescriptions['V1CSIDriverSpec.volumeLifecycleModes'],
      cell: ({ spec }) => spec?.volumeLifecycleModes?.join(',') || '<none>',
    },
    ageColumn(),
  ],
});

/** Not part of this release unless a cluster asks for it. */
function dropUnreleased(spec: Spec | undefined): void {
  delete spec?.preventPodSchedulingIfMissing;
}
