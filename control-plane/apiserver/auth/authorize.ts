import { forbidden, StatusError } from '../../../shared/api/errors.ts';
import { goQuote } from '../../../shared/api/go-format.ts';
import type { PolicyRule } from '../../../shared/api/object.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type NodeRules, nodeNameOf } from './node-authorizer.ts';
import type { RoleRef } from './rbac/policy.ts';
import type { Rbac, ResolvedRules } from './rbac/rbac.ts';

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
  /** What allows it; or why not, where there is more to say than "no rule allows it". */
  reason?: string;
}

export interface Authorizer {
  authorize(user: UserInfo, attributes: RequestAttributes): Decision;
}

/** What of a user's rights can be told as rules of roles. */
export interface RuleResolver {
  rulesFor(user: UserInfo, namespace: string): ResolvedRules & { incomplete: boolean };
  /** What a role says. Throws NotFound. `namespace` is that of the binding which refers to it, or empty. */
  rulesOfRole(role: RoleRef, namespace: string): readonly PolicyRule[];
}

/** The group that may do everything. */
export const adminGroup = 'system:masters';
export const nodesGroup = 'system:nodes';
export const authenticatedGroup = 'system:authenticated';
export const unauthenticatedGroup = 'system:unauthenticated';

/** Who sends a request without any credential. */
export const anonymousUser: UserInfo = { name: 'system:anonymous', groups: [unauthenticatedGroup] };

export interface AuthorizerDeps {
  nodeRules: NodeRules;
  rbac: Rbac;
}

/** Administrators may do everything, nodes what their own Pods need, and everyone what roles grant them. */
export function createAuthorizer({ nodeRules, rbac }: AuthorizerDeps): Authorizer & RuleResolver {
  return {
    authorize(user, attributes) {
      if (user.groups.includes(adminGroup)) return { allowed: true };
      const asNode = decideForNode(nodeRules, user, attributes);
      if (asNode?.allowed) return asNode;
      const byRole = rbac.authorize(user, attributes);
      if (byRole.allowed || !asNode?.reason) return byRole;
      return { allowed: false, reason: byRole.reason ? `${asNode.reason}\n${byRole.reason}` : asNode.reason };
    },
    rulesFor(user, namespace) {
      const { rules, errors } = rbac.rulesFor(user, namespace);
      if (!nodeNameOf(user)) return { rules, errors, incomplete: false };
      return { rules, errors: ['node authorizer does not support user rule resolution', ...errors], incomplete: true };
    },
    rulesOfRole: rbac.rulesOfRole,
  };
}

function decideForNode(nodeRules: NodeRules, user: UserInfo, attributes: RequestAttributes): Decision | undefined {
  if ('path' in attributes) return undefined;
  const node = nodeNameOf(user);
  return node === undefined ? undefined : nodeRules.decide({ node, ...attributes });
}

/** Throws `Forbidden` in Kubernetes' words unless the user may. */
export function requireAllowed(authorizer: Authorizer, user: UserInfo, attributes: RequestAttributes): void {
  const decision = authorizer.authorize(user, attributes);
  if (!decision.allowed) throw forbiddenError(user, attributes, decision.reason);
}

/** The refusal of a request; `reason` is what there is to say besides that nothing allows it. */
export function forbiddenError(user: UserInfo, attributes: RequestAttributes, reason: string | undefined): StatusError {
  const why = reason ? `${sanitized(describe(user, attributes))}: ${reason}` : sanitized(describe(user, attributes));
  if ('path' in attributes) return new StatusError('Forbidden', `forbidden: ${why}`, {});
  return forbidden({ group: attributes.group, resource: attributes.resource, name: attributes.name }, why);
}

function describe(user: UserInfo, attributes: RequestAttributes): string {
  const who = `User ${goQuote(user.name)} cannot ${attributes.verb}`;
  if ('path' in attributes) return `${who} path ${goQuote(attributes.path)}`;
  const { group, resource, subresource, namespace } = attributes;
  const what = goQuote(subresource ? `${resource}/${subresource}` : resource);
  const where = namespace ? `in the namespace ${goQuote(namespace)}` : 'at the cluster scope';
  return `${who} resource ${what} in API group ${goQuote(group)} ${where}`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Nothing that a client chose may look like HTML in an answer. */
function sanitized(text: string): string {
  return text.replace(/[&<>]/g, (character) => escapes[character] ?? character);
}
