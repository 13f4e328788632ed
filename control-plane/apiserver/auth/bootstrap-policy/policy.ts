import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  RbacSubject,
  Role,
  RoleBinding,
} from '../../../../shared/api/object.ts';
import { aggregatedRules } from '../../../../shared/kinds/rbac/aggregate.ts';
import { rbacGroup } from '../../../../shared/kinds/rbac/names.ts';
import { rbacResources } from '../rbac/policy.ts';
import { clusterRoleBindings, namespaceRoles, roleBindings } from './bindings.ts';
import { aggregatedRoles, aggregatesTo, clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';

/** An object that clusters start with. */
export interface InitialObject {
  resource: string;
  object: KubernetesObject;
}

/** Set to anything but `true` by somebody who wants an object of the policy left as it is. */
export const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

const controllerPrefix = 'system:controller:';
const controllerNamespace = 'kube-system';

/** The roles and bindings of a new cluster. Built on demand: it is needed once in the life of a cluster and version. */
export function bootstrapPolicy(): InitialObject[] {
  return [
    ...allClusterRoles().map((object) => ({ resource: rbacResources.clusterRoles, object })),
    ...allClusterRoleBindings().map((object) => ({ resource: rbacResources.clusterRoleBindings, object })),
    ...allRoles().map((object) => ({ resource: rbacResources.roles, object })),
    ...allRoleBindings().map((object) => ({ resource: rbacResources.roleBindings, object })),
  ].map(({ resource, object }) => ({ resource, object: object as unknown as KubernetesObject }));
}

/** What the policy is made of, as one text: for telling one version's from another's without making it. */
export function bootstrapPolicySource(): string {
  const roles = [clusterRoles, aggregatedRoles, aggregatesTo, controllerRoles, namespaceRoles];
  return JSON.stringify([roles, clusterRoleBindings, roleBindings]);
}

function allClusterRoles(): ClusterRole[] {
  const plain = [
    ...Object.entries(clusterRoles).map(([name, rules]) => clusterRole(name, rules)),
    ...Object.entries(controllerRoles).map(([name, rules]) => clusterRole(controllerPrefix + name, rules)),
  ];
  const all = [...plain, ...aggregatedRoles.map(aggregatedRole)];
  // One can be part of another: from the bottom up, they come with the rules that the controller would give them.
  for (const name of [...aggregatedRoles].reverse()) {
    const role = all.find(({ metadata }) => metadata.name === name);
    if (role) role.rules = aggregatedRules(role, all);
  }
  return all;
}

function clusterRole(name: string, rules: readonly string[]): ClusterRole {
  const part = aggregatesTo[name];
  return { metadata: metadata(name, part ? { [aggregationLabel(part)]: 'true' } : {}), rules: rules.map(parseRule) };
}

function aggregatedRole(name: string): ClusterRole {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] };
  return { ...clusterRole(name, []), aggregationRule };
}

function aggregationLabel(name: string): string {
  return `${rbacGroup}/aggregate-to-${name}`;
}

function allClusterRoleBindings(): ClusterRoleBinding[] {
  const binding = (name: string, subjects: readonly string[]): ClusterRoleBinding => ({
    metadata: metadata(name),
    ...boundTo('ClusterRole', name, subjects),
  });
  return [
    ...Object.entries(clusterRoleBindings).map(([name, subjects]) => binding(name, subjects)),
    ...Object.keys(controllerRoles).map((name) =>
      binding(controllerPrefix + name, [`ServiceAccount ${controllerNamespace}/${name}`]),
    ),
  ];
}

function allRoles(): Role[] {
  return Object.entries(namespaceRoles).flatMap(([namespace, roles]) =>
    Object.entries(roles).map(([name, rules]) => ({
      metadata: { ...metadata(name), namespace },
      rules: rules.map(parseRule),
    })),
  );
}

function allRoleBindings(): RoleBinding[] {
  return Object.entries(roleBindings).flatMap(([namespace, bindings]) =>
    Object.entries(bindings).map(([name, { role, subjects }]) => ({
      metadata: { ...metadata(name), namespace },
      ...boundTo('Role', role, subjects),
    })),
  );
}

function boundTo(kind: 'Role' | 'ClusterRole', name: string, subjects: readonly string[]) {
  const roleRef = { apiGroup: rbacGroup, kind, name };
  return subjects.length > 0 ? { roleRef, subjects: subjects.map(parseSubject) } : { roleRef };
}

function metadata(name: string, labels: Readonly<Record<string, string>> = {}) {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoUpdateAnnotation]: 'true' },
  };
}

function parseRule(text: string): PolicyRule {
  const [verbs = '', second = '', third = '', names] = text.split(' ');
  if (second === 'urls') return { verbs: parseList(verbs), nonResourceURLs: parseList(third) };
  return {
    verbs: parseList(verbs),
    apiGroups: parseList(second),
    resources: parseList(third),
    ...(names === undefined ? {} : { resourceNames: parseList(names) }),
  };
}

function parseList(text: string): string[] {
  return text.split(',').map((item) => (item === '-' ? '' : item));
}

function parseSubject(text: string): RbacSubject {
  const [kind = '', name = ''] = text.split(' ');
  if (kind !== 'ServiceAccount') return { kind, apiGroup: rbacGroup, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, name: account, namespace };
}
