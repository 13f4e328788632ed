import type { RoleBinding } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { bindingColumns, defaultBinding, validateBindingUpdate, validateRoleBinding } from './rbac/bindings.ts';
import { rbacGroup } from './rbac/names.ts';

export default defineKind<RoleBinding>({
  group: rbacGroup,
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  singular: 'rolebinding',
  scope: 'Namespaced',
  schema: 'V1RoleBinding',
  nameFormat: 'path-segment',
  createOnUpdate: true,
  strategy: { default: defaultBinding, validate: validateRoleBinding, validateUpdate: validateBindingUpdate },
  columns: bindingColumns('roleBinding'),
});
