import type { ClusterRole } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { createdAtColumn, nameColumn } from './printing/columns.ts';
import { rbacGroup } from './rbac/names.ts';
import { validateClusterRole } from './rbac/validate-rules.ts';

export default defineKind<ClusterRole>({
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  singular: 'clusterrole',
  scope: 'Cluster',
  schema: 'V1ClusterRole',
  nameFormat: 'path-segment',
  createOnUpdate: true,
  strategy: { validate: validateClusterRole },
  columns: [nameColumn(), createdAtColumn()],
});
