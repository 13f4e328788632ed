import type { ClusterRoleBinding } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { bindingColumns, defaultBinding, validateBindingUpdate, validateClusterRoleBinding } from './rbac/bindings.ts';
import { rbacGroup } from './rbac/names.ts';

export default defineKind<ClusterRoleBinding>({
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  scope: 'Cluster',
  schema: 'V1ClusterRoleBinding',
  nameFormat: 'path-segment',
  createOnUpdate: true,
  strategy: { default: defaultBinding, validate: validateClusterRoleBinding, validateUpdate: validateBindingUpdate },
  columns: bindingColumns('clusterRoleBinding'),
});
