import type { CSINode } from '../api/object.ts';
import { validateCSINode, validateCSINodeUpdate } from './csi-node/validate.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  singular: 'csinode',
  scope: 'Cluster',
  schema: 'V1CSINode',
  deletion: { returnsObject: true },
  requiresResourceVersion: true,
  strategy: { validate: validateCSINode, validateUpdate: validateCSINodeUpdate },
  columns: [
    nameColumn(),
    {
      name: 'Drivers',
      type: 'integer',
      description: 'Drivers indicates the number of CSI drivers registered on the node',
      cell: ({ spec }) => spec?.drivers?.length ?? 0,
    },
    ageColumn(),
  ],
});
