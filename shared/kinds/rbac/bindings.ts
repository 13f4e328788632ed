import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { ClusterRoleBinding, RbacSubject, RoleBinding } from '../../api/object.ts';
import { checkDNS1123Subdomain, checkPathSegmentName } from '../../api/validation.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';
import { rbacGroup } from './names.ts';

/** Role bindings, in a namespace and over the cluster, differ in what they may refer to. */
export type AnyBinding = RoleBinding | ClusterRoleBinding;

/** Users, groups and roles are of the RBAC group unless the object says otherwise, which validation refuses. */
export function defaultBinding(binding: AnyBinding): void {
  if (binding.roleRef && !binding.roleRef.apiGroup) binding.roleRef.apiGroup = rbacGroup;
  for (const subject of binding.subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = rbacGroup;
  }
}

export function validateRoleBinding(binding: RoleBinding): FieldError[] {
  return validateBinding(binding, { isNamespaced: true, roleKinds: ['Role', 'ClusterRole'] });
}

export function validateClusterRoleBinding(binding: ClusterRoleBinding): FieldError[] {
  return validateBinding(binding, { isNamespaced: false, roleKinds: ['ClusterRole'] });
}

interface BindingRules {
  isNamespaced: boolean;
  roleKinds: readonly string[];
}

function validateBinding({ roleRef, subjects }: AnyBinding, { isNamespaced, roleKinds }: BindingRules): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  const errors: FieldError[] = [];
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!roleKinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, roleKinds));
  if (name === '') errors.push(required('roleRef.name'));
  else errors.push(...invalidValues('roleRef.name', name, checkPathSegmentName(name)));
  for (const [index, subject] of (subjects ?? []).entries()) {
    errors.push(...validateSubject(subject, `subjects[${index}]`, isNamespaced));
  }
  return errors;
}

function validateSubject(subject: RbacSubject, path: string, isNamespaced: boolean): FieldError[] {
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${path}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...invalidValues(`${path}.name`, name, checkDNS1123Subdomain(name)));
      if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      if (!isNamespaced && namespace === '') errors.push(required(`${path}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
      break;
    default:
      errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

/** To what role somebody is bound was somebody's decision: another role is another binding. */
export function validateBindingUpdate(binding: AnyBinding, old: AnyBinding): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  const before = old.roleRef ?? {};
  if (apiGroup === before.apiGroup && kind === before.kind && name === before.name) return [];
  return [invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')];
}

/** The columns of both; `kind` as the descriptions write it: `roleBinding`. */
export function bindingColumns<T extends AnyBinding>(kind: 'roleBinding' | 'clusterRoleBinding'): TableColumn<T>[] {
  const subjectColumn = (name: string, subjectKind: string): TableColumn<T> => ({
    name,
    type: 'string',
    priority: 1,
    description: `${name} in the ${kind}`,
    cell: ({ subjects }) =>
      (subjects ?? [])
        .filter((subject) => subject.kind === subjectKind)
        .map((subject) =>
          subjectKind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name,
        )
        .join(', '),
  });
  return [
    nameColumn(),
    {
      name: 'Role',
      type: 'string',
      description: 'The role that is granted. One that does not exist grants nothing.',
      cell: ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
    },
    ageColumn(),
    subjectColumn('Users', 'User'),
    subjectColumn('Groups', 'Group'),
    subjectColumn('ServiceAccounts', 'ServiceAccount'),
  ];
}
