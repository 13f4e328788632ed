import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { StoreReader } from '../../store/store.ts';
import type { UserInfo } from '../registry/registry.ts';

/** A request by a node. */
export interface NodeScope {
  node: string;
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/** Decides for nodes alone: what a node may touch follows from the Pods bound to it. */
export interface NodeRules {
  decide(scope: NodeScope): { allowed: boolean; reason?: string };
}

const userPrefix = 'system:node:';

export function nodeUser(node: string): UserInfo {
  return { name: `${userPrefix}${node}`, groups: ['system:nodes', 'system:authenticated'] };
}

/** The node that a user is, if it is one. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.groups.includes('system:nodes') || !user.name.startsWith(userPrefix)) return undefined;
  return user.name.slice(userPrefix.length) || undefined;
}

const nodeUserName = /^system:node:([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/;

/** The node that a user of this name would be, whatever groups it is in. */
export function nodeNameOfUser(userName: string): string | undefined {
  return nodeUserName.exec(userName)?.[1];
}

const reads = new Set(['get', 'list', 'watch']);
const writes = new Set(['update', 'patch']);

export interface NodeRulesDeps {
  reader: StoreReader;
  kinds: KindRegistry;
  parse(stored: { key: ObjectKey; json: string }): KubernetesObject;
}

/** Of these a node has the one that is named after it, in this namespace if it is in one. */
const ownByName: Readonly<Record<string, { what: string; title: string; namespace?: string }>> = {
  'leases.coordination.k8s.io': { what: 'a node lease', title: 'node lease', namespace: 'kube-node-lease' },
  'csinodes.storage.k8s.io': { what: 'a CSINode', title: 'CSINode' },
};
const verbsByName = ['get', 'create', 'update', 'patch', 'delete'];

/**
 * The rules follow the kinds' own declaration of who receives them: what goes to all nodes may be read by all; what is
 * bound to a node is that node's; what those reference may be read one by one, by name. Events may be created, and
 * tokens of the ServiceAccounts that bound objects run as.
 */
export function createNodeRules({ reader, kinds, parse }: NodeRulesDeps): NodeRules {
  const no = (reason: string) => ({ allowed: false, reason });
  const yes = { allowed: true };

  function decide(scope: NodeScope) {
    const resource = resourceName({ group: scope.group, plural: scope.resource });
    if (resource === 'nodes') return decideOwnNode(scope);
    if (resource === 'serviceaccounts') return decideToken(scope);
    const own = ownByName[resource];
    if (own) return decideByName(scope, own);
    if (resource === 'events') return { allowed: scope.verb === 'create' || writes.has(scope.verb) };
    const access = kinds.byResource(resource)?.nodes;
    switch (access?.audience) {
      case 'all':
        return { allowed: reads.has(scope.verb) };
      case 'bound':
        return decideBound(scope, resource);
      case 'referenced':
        return decideReferenced(scope, resource);
      default:
        return { allowed: false };
    }
  }

  function decideOwnNode({ node, verb, name, subresource }: NodeScope) {
    if (reads.has(verb)) return yes;
    if (verb === 'create' && subresource === '') return yes;
    if (!writes.has(verb) || (subresource !== '' && subresource !== 'status')) return { allowed: false };
    return name === node
      ? yes
      : no(`node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(name)}`);
  }

  function decideByName(
    { node, verb, namespace, name, subresource }: NodeScope,
    own: { what: string; title: string; namespace?: string },
  ) {
    if (!verbsByName.includes(verb)) return no(`can only get, create, update, patch, or delete ${own.what}`);
    if (own.namespace !== undefined && namespace !== own.namespace) {
      return no(`can only access leases in the "${own.namespace}" system namespace`);
    }
    if (subresource !== '') return no(`cannot authorize ${own.title} subresources`);
    // A creation does not name it yet; admission looks at the object.
    if (verb === 'create' || name === node) return yes;
    return no(`can only access ${own.title} with the same name as the requesting node`);
  }

  function decideToken({ node, verb, namespace, name, subresource }: NodeScope) {
    if (verb !== 'create' || !name) return no('can only create tokens for individual service accounts');
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount');
    const isUsed = someBound(
      node,
      ({ nodes }) => nodes?.serviceAccountName,
      (accountOf, object) => object.metadata.namespace === namespace && accountOf(object) === name,
    );
    return isUsed ? yes : no(`no relationship found between node ${JSON.stringify(node)} and this object`);
  }

  function decideBound({ node, verb, name, namespace, subresource }: NodeScope, resource: string) {
    if (!name) return no('can only read resources of this type by name, or receives them over its connection');
    const stored = reader.get({ resource, namespace, name });
    const isOwn = stored !== undefined && kinds.byResource(resource)?.nodes?.nodeName?.(parse(stored)) === node;
    if (!isOwn) return no(`no relationship found between node ${JSON.stringify(node)} and this object`);
    if (subresource === '') return { allowed: verb === 'get' || verb === 'delete' };
    return { allowed: subresource === 'status' && (verb === 'get' || writes.has(verb)) };
  }

  function decideReferenced({ node, verb, name, namespace }: NodeScope, resource: string) {
    if (!name || !reads.has(verb)) return no('can only read resources of this type by name');
    const wanted = { resource, namespace, name };
    return isReferencedFrom(node, wanted)
      ? yes
      : no(`no relationship found between node ${JSON.stringify(node)} and this object`);
  }

  function isReferencedFrom(node: string, wanted: ObjectKey): boolean {
    return someBound(
      node,
      ({ nodes }) => nodes?.references,
      (references, object) => references(object).some((key) => sameKey(key, wanted)),
    );
  }

  /** Whether any object that is bound to the node passes, of the kinds that declare what is needed for the test. */
  function someBound<T>(
    node: string,
    declared: (kind: KindDefinition) => T | undefined,
    passes: (declaration: T, object: KubernetesObject) => boolean,
  ): boolean {
    for (const kind of kinds.all()) {
      const declaration = kind.nodes?.audience === 'bound' ? declared(kind) : undefined;
      if (!declaration) continue;
      const { items } = reader.list({ resource: resourceName(kind), nodeName: node });
      if (items.some((stored) => passes(declaration, parse(stored)))) return true;
    }
    return false;
  }

  return { decide };
}

function sameKey(a: ObjectKey, b: ObjectKey): boolean {
  return a.resource === b.resource && a.namespace === b.namespace && a.name === b.name;
}
