import { StatusError } from '../../../shared/api/errors.ts';
import { goQuote } from '../../../shared/api/go-format.ts';
import type { UserInfo } from '../registry/registry.ts';
import {
  type Authorizer,
  adminGroup,
  anonymousUser,
  authenticatedGroup,
  forbiddenError,
  nodesGroup,
  type RequestAttributes,
  type ResourceAttributes,
  requireAllowed,
  unauthenticatedGroup,
} from './authorize.ts';
import type { Impersonation } from './impersonation-headers.ts';
import { nodeNameOfUser } from './node-authorizer.ts';
import { serviceAccountGroups, splitServiceAccountName } from './service-accounts/claims.ts';

const authentication = 'authentication.k8s.io';
const nodeNameKey = 'authentication.kubernetes.io/node-name';

/** As whom a request is served, and by which right where that is more limited than `impersonate` alone. */
export interface Impersonated {
  user: UserInfo;
  constraint?: string;
}

export interface ImpersonationQuestion {
  authorizer: Authorizer;
  requestor: UserInfo;
  wanted: Impersonation;
  /** What the client wants to do as somebody else; absent: the rights that depend on it do not count. */
  attributes?: RequestAttributes | undefined;
}

/** What may be impersonated by the verb `impersonate:MODE`, for what by `impersonate-on:MODE:VERB`. */
const modes: readonly { name: string; isMeant(wanted: Impersonation, requestor: UserInfo): boolean }[] = [
  { name: 'associated-node', isMeant: isNodeOfAccount },
  { name: 'arbitrary-node', isMeant: (wanted) => isBare(wanted) && nodeNameOfUser(wanted.name) !== undefined },
  { name: 'serviceaccount', isMeant: (wanted) => isBare(wanted) && splitServiceAccountName(wanted.name) !== undefined },
  { name: 'user-info', isMeant: ({ name }) => !nodeNameOfUser(name) && !splitServiceAccountName(name) },
];

/**
 * The user that somebody asks to be. The limited rights are tried first, then the unlimited one; what is refused is
 * refused in the words of the first. Throws Forbidden.
 */
export function impersonate(question: ImpersonationQuestion): Impersonated {
  const { wanted, requestor, attributes } = question;
  let refusal: StatusError | undefined;
  const isMeant = attributes ? modes.filter((mode) => mode.isMeant(wanted, requestor)) : [];
  const attempts = [
    ...isMeant.map(
      ({ name }) =>
        () =>
          constrained(question, name),
    ),
    () => unconstrained(question),
  ];
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Forbidden') throw error;
      refusal ??= error;
    }
  }
  throw refusal!;
}

function constrained(question: ImpersonationQuestion, mode: string): Impersonated {
  const { authorizer, requestor, attributes } = question;
  if (attributes) {
    requireAllowed(authorizer, requestor, { ...attributes, verb: `impersonate-on:${mode}:${attributes.verb}` });
  }
  const verb = `impersonate:${mode}`;
  return { user: check(question, { verb, mode }), constraint: verb };
}

function unconstrained(question: ImpersonationQuestion): Impersonated {
  return { user: check(question, { verb: 'impersonate' }) };
}

/** Each part of the wanted user takes a right. `mode`: only of this, in the stricter ways of the newer verbs. */
function check(question: ImpersonationQuestion, { verb, mode }: { verb: string; mode?: string }): UserInfo {
  const { authorizer, requestor, wanted } = question;
  const anything = { verb, group: authentication, resource: '', subresource: '', namespace: '', name: '' };
  const require = (about: Partial<ResourceAttributes>) =>
    requireAllowed(authorizer, requestor, { ...anything, ...about });
  const group = mode ? authentication : '';
  const account = splitServiceAccountName(wanted.name);
  const node = mode ? nodeNameOfUser(wanted.name) : undefined;
  if (node !== undefined) require({ resource: 'nodes', name: mode === 'associated-node' ? '*' : node });
  else if (account) require({ group, resource: 'serviceaccounts', ...account });
  else require({ group, resource: 'users', name: wanted.name });
  if (wanted.uid) require({ resource: 'uids', name: wanted.uid });
  if (mode) {
    refuseUnusual(wanted, (resource, name, why) => forbiddenError(requestor, { ...anything, resource, name }, why));
  }
  for (const name of wanted.groups) require({ group, resource: 'groups', name });
  for (const [subresource, values] of Object.entries(wanted.extra)) {
    for (const name of values) require({ resource: 'userextras', subresource, name });
  }
  return complete(wanted, node === undefined ? undefined : [nodesGroup]);
}

/** With the groups that a user of this name always has. */
function complete({ name, uid, groups, extra }: Impersonation, fixed: string[] | undefined): UserInfo {
  const account = splitServiceAccountName(name);
  const own = fixed ?? (account && groups.length === 0 ? serviceAccountGroups(account.namespace) : groups);
  const isStranger = name === anonymousUser.name || own.includes(unauthenticatedGroup);
  const everybody = isStranger ? unauthenticatedGroup : authenticatedGroup;
  return {
    name,
    groups: own.includes(everybody) ? own : [...own, everybody],
    ...(uid ? { uid } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** A key as `example.com/path`. */
const extraKey = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[a-z0-9/\-._~%!$&'()*+,;=:]+$/;

function refuseUnusual(
  { groups, extra }: Impersonation,
  refuse: (resource: string, name: string, why: string) => Error,
) {
  if (groups.includes('')) throw refuse('groups', '', 'impersonating the empty string group is not allowed');
  if (groups.includes(adminGroup)) {
    throw refuse('groups', adminGroup, `impersonating the ${adminGroup} group is not allowed`);
  }
  for (const [key, values] of Object.entries(extra)) {
    if (!extraKey.test(key)) {
      throw refuse('userextras', '', `impersonating an invalid key in extra is not allowed: ${goQuote(key)}`);
    }
    if (values.includes('')) {
      throw refuse('userextras', '', 'impersonating the empty string value in extra is not allowed');
    }
  }
}

function isBare({ uid, groups, extra }: Impersonation): boolean {
  return !uid && groups.length === 0 && Object.keys(extra).length === 0;
}

/** A ServiceAccount whose token is bound to a Pod on that very node. */
function isNodeOfAccount(wanted: Impersonation, requestor: UserInfo): boolean {
  const node = nodeNameOfUser(wanted.name);
  if (node === undefined || !isBare(wanted) || !splitServiceAccountName(requestor.name)) return false;
  const nodes = requestor.extra?.[nodeNameKey] ?? [];
  return nodes.length === 1 && nodes[0] === node;
}
