import { forbidden, StatusError } from '../../../shared/api/errors.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type NodeRules, type NodeScope, nodeNameOf } from './node-authorizer.ts';

/** What a request wants to do, as RBAC sees it. */
export type RequestAttributes = ResourceAttributes | NonResourceAttributes;

export interface ResourceAttributes {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  /** Empty string: cluster scope, or all namespaces. */
  namespace: string;
  /** Empty string: a collection. */
  name: string;
}

export interface NonResourceAttributes {
  verb: string;
  path: string;
}

export interface Decision {
  allowed: boolean;
  /** Why not, where there is more to say than "no rule allows it". */
  reason?: string;
}

export interface Authorizer {
  authorize(user: UserInfo, attributes: RequestAttributes): Decision;
}

/** The group that may do everything. */
export const adminGroup = 'system:masters';
export const nodesGroup = 'system:nodes';
export const authenticatedGroup = 'system:authenticated';

/** What every authenticated user may do besides: look around, and ask about itself. */
const publicPaths = /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/;
const selfReviews = new Set(['selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews']);

/** Administrators may do everything, nodes what their own Pods need, everyone may look at discovery. */
export function createAuthorizer(nodeRules: NodeRules): Authorizer {
  return {
    authorize(user, attributes) {
      if (user.groups.includes(adminGroup)) return { allowed: true };
      if ('path' in attributes) return { allowed: attributes.verb === 'get' && publicPaths.test(attributes.path) };
      if (attributes.verb === 'create' && selfReviews.has(attributes.resource)) return { allowed: true };
      const node = nodeNameOf(user);
      return node ? nodeRules.decide(scopeOf(node, attributes)) : { allowed: false };
    },
  };
}

function scopeOf(node: string, attributes: ResourceAttributes): NodeScope {
  return { node, ...attributes };
}

/** Throws `Forbidden` in the words of Kubernetes' RBAC unless the user may. */
export function requireAllowed(authorizer: Authorizer, user: UserInfo, attributes: RequestAttributes): void {
  const decision = authorizer.authorize(user, attributes);
  if (!decision.allowed) throw forbiddenError(user, attributes, decision.reason);
}

function forbiddenError(user: UserInfo, attributes: RequestAttributes, reason: string | undefined): StatusError {
  const suffix = reason ? `: ${reason}` : '';
  if ('path' in attributes) {
    const { verb, path } = attributes;
    const message = `forbidden: User ${quote(user.name)} cannot ${verb} path ${quote(path)}${suffix}`;
    return new StatusError('Forbidden', message, {});
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${quote(namespace)}` : 'at the cluster scope';
  const why = `User ${quote(user.name)} cannot ${verb} resource ${quote(what)} in API group ${quote(group)} ${where}${suffix}`;
  return forbidden({ group, resource, name }, why);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
