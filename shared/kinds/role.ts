import type { Role } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { createdAtColumn, nameColumn } from './printing/columns.ts';
import { rbacGroup } from './rbac/names.ts';
import { validateRole } from './rbac/validate-rules.ts';

export default defineKind<Role>({
  group: rbacGroup,
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  singular: 'role',
  scope: 'Namespaced',
  schema: 'V1Role',
  nameFormat: 'path-segment',
  createOnUpdate: true,
  strategy: { validate: validateRole },
  columns: [nameColumn(), createdAtColumn()],
});
