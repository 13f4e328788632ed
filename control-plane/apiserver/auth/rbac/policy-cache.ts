import type { PolicyRule } from '../../../../shared/api/object.ts';
import type { Change, Store } from '../../../store/store.ts';
import { type Grant, type GrantedTo, grantsOf, type RoleRef, rbacResources, rulesOf } from './policy.ts';

/** Which grants a subject has, by the binding that gives them. */
export type Grants = Record<GrantedTo['sort'], Map<string, Map<string, Grant>>>;

/** The roles and bindings of a cluster, in the form in which decisions ask for them. */
export interface PolicyCache {
  clusterGrants(): Grants;
  namespaceGrants(namespace: string): Grants;
  /** Undefined: there is no such role. `namespace` is that of the binding. */
  rules(role: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

/** Roles that are remembered, and bindings of namespaces. What is dropped is read again when it is asked for. */
const maxRoles = 2_000;
const maxNamespaceBindings = 20_000;

/**
 * Reads a namespace's bindings and a role when they are first asked for, and follows them from then on through the
 * commits. A reading inside of a transaction is not remembered: that may yet be undone.
 */
export function createPolicyCache(store: Pick<Store, 'get' | 'list' | 'onCommit' | 'isWriting'>): PolicyCache {
  const roles = new Map<string, readonly PolicyRule[] | undefined>();
  const namespaces = new Map<string, Grants>();
  let cluster: Grants | undefined;
  let namespaceBindings = 0;

  const { roles: roleResource, clusterRoles, roleBindings, clusterRoleBindings } = rbacResources;
  const followers: Readonly<Record<string, (change: Change) => void>> = {
    [roleResource]: ({ key }) => void roles.delete(roleId(key.namespace, key.name)),
    [clusterRoles]: ({ key }) => void roles.delete(roleId('', key.name)),
    [roleBindings]: (change) => follow(namespaces.get(change.key.namespace), change),
    [clusterRoleBindings]: (change) => follow(cluster, change),
  };
  store.onCommit((changes) => {
    for (const change of changes) followers[change.key.resource]?.(change);
  });

  function read(resource: string, namespace: string): { grants: Grants; bindings: number } {
    const grants = noGrants();
    const { items } = store.list({ resource, namespace });
    for (const { key, json } of items) add(grants, key.name, grantsOf(json, namespace));
    return { grants, bindings: items.length };
  }

  return {
    clusterGrants() {
      if (cluster) return cluster;
      const { grants } = read(clusterRoleBindings, '');
      if (!store.isWriting) cluster = grants;
      return grants;
    },
    namespaceGrants(namespace) {
      const known = namespaces.get(namespace);
      if (known) return known;
      const { grants, bindings } = read(roleBindings, namespace);
      if (store.isWriting) return grants;
      // A namespace without any counts, too.
      namespaceBindings += bindings + 1;
      if (namespaceBindings > maxNamespaceBindings) {
        namespaces.clear();
        namespaceBindings = bindings + 1;
      }
      namespaces.set(namespace, grants);
      return grants;
    },
    rules({ kind, name }, bindingNamespace) {
      const namespace = kind === 'Role' ? bindingNamespace : '';
      const id = roleId(namespace, name);
      const known = roles.get(id);
      if (known || roles.has(id)) return known;
      const resource = kind === 'Role' ? roleResource : clusterRoles;
      const stored = store.get({ resource, namespace, name });
      const rules = stored && rulesOf(stored);
      if (store.isWriting) return rules;
      if (roles.size >= maxRoles) roles.clear();
      roles.set(id, rules);
      return rules;
    },
  };
}

/** A name holds no slash. */
function roleId(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function noGrants(): Grants {
  return { users: new Map(), groups: new Map() };
}

/** Brings what is remembered of a binding up to date. */
function follow(grants: Grants | undefined, { key, type, json, previous }: Change): void {
  if (!grants) return;
  if (previous !== undefined) remove(grants, key.name, grantsOf(previous, key.namespace));
  if (type !== 'DELETED') add(grants, key.name, grantsOf(json, key.namespace));
}

function add(grants: Grants, binding: string, given: readonly GrantedTo[]): void {
  for (const { sort, name, grant } of given) {
    const held = grants[sort].get(name) ?? new Map<string, Grant>();
    grants[sort].set(name, held);
    if (!held.has(binding)) held.set(binding, grant);
  }
}

function remove(grants: Grants, binding: string, given: readonly GrantedTo[]): void {
  for (const { sort, name } of given) {
    const held = grants[sort].get(name);
    held?.delete(binding);
    if (held?.size === 0) grants[sort].delete(name);
  }
}
