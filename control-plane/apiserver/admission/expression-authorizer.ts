import type { AuthorizationAnswer, ExpressionAuthorizer } from '../../../shared/cel/cel.ts';
import type { Authorizer } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';

/** What answers for `authorizer` in the expressions of one request: about its user or a ServiceAccount, once a question. */
export function expressionAuthorizer(authorizer: Authorizer, user: UserInfo): ExpressionAuthorizer {
  const known = new Map<string, AuthorizationAnswer>();
  return (question) => {
    const id = JSON.stringify(question);
    const answer = known.get(id) ?? decide(authorizer, user, question);
    known.set(id, answer);
    return answer;
  };
}

function decide(
  authorizer: Authorizer,
  user: UserInfo,
  { serviceAccount, verb, path, ...rest }: Parameters<ExpressionAuthorizer>[0],
): AuthorizationAnswer {
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = rest;
  const attributes = path === undefined ? { verb, group, resource, subresource, namespace, name } : { verb, path };
  const who = serviceAccount ? serviceAccountUser(serviceAccount) : user;
  const { allowed, reason = '' } = authorizer.authorize(who, attributes);
  return { allowed, reason };
}

function serviceAccountUser({ namespace, name }: { namespace: string; name: string }): UserInfo {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: `system:serviceaccount:${namespace}:${name}`, groups };
}
