import { notFound, type StatusError } from '../../../../shared/api/errors.ts';
import { goQuote } from '../../../../shared/api/go-format.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  RbacSubject,
  Role,
  RoleBinding,
} from '../../../../shared/api/object.ts';
import { rbacGroup } from '../../../../shared/kinds/rbac/names.ts';
import type { StoredObject } from '../../../store/store.ts';

/** Where the four kinds are stored. */
export const rbacResources = {
  roles: `roles.${rbacGroup}`,
  clusterRoles: `clusterroles.${rbacGroup}`,
  roleBindings: `rolebindings.${rbacGroup}`,
  clusterRoleBindings: `clusterrolebindings.${rbacGroup}`,
} as const;

/** What a binding refers to. */
export interface RoleRef {
  kind: string;
  name: string;
}

/** What one subject has by one binding. */
export interface Grant {
  role: RoleRef;
  /** The binding as a decision names it: `ClusterRoleBinding "a" of ClusterRole "b" to User "c"`. */
  source: string;
}

/** A subject of a binding as requests carry it: ServiceAccounts are users. */
export interface GrantedTo {
  sort: 'users' | 'groups';
  name: string;
  grant: Grant;
}

/** Rules of a role as far as it is sound; absent lists are empty. */
export function rulesOf(stored: StoredObject): readonly PolicyRule[] {
  return (JSON.parse(stored.json) as Role | ClusterRole).rules ?? [];
}

/** What a binding gives to whom. `namespace` is empty for a ClusterRoleBinding. */
export function grantsOf(json: string, namespace: string): GrantedTo[] {
  const { metadata, roleRef, subjects } = JSON.parse(json) as RoleBinding | ClusterRoleBinding;
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const named = namespace === '' ? metadata.name : `${metadata.name}/${namespace}`;
  const of = `${kind} ${goQuote(named ?? '')} of ${roleRef.kind} ${goQuote(roleRef.name)}`;
  return (subjects ?? []).flatMap((subject) => {
    const who = whoIs(subject, namespace);
    const grant = { role: roleRef, source: `${of} to ${describeSubject(subject, namespace)}` };
    return who ? [{ ...who, grant }] : [];
  });
}

function whoIs(subject: RbacSubject, bindingNamespace: string): Pick<GrantedTo, 'sort' | 'name'> | undefined {
  switch (subject.kind) {
    case 'User':
      return { sort: 'users', name: subject.name };
    case 'Group':
      return { sort: 'groups', name: subject.name };
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace === ''
        ? undefined
        : { sort: 'users', name: `system:serviceaccount:${namespace}:${subject.name}` };
    }
    default:
      return undefined;
  }
}

function describeSubject({ kind, name, namespace }: RbacSubject, bindingNamespace: string): string {
  const shown = kind === 'ServiceAccount' ? `${name}/${namespace || bindingNamespace}` : name;
  return `${kind} ${goQuote(shown)}`;
}

/** A binding refers to a role that is not there. */
export function roleNotFound({ kind, name }: RoleRef): StatusError {
  return notFound({ group: rbacGroup, resource: kind.toLowerCase(), name });
}
