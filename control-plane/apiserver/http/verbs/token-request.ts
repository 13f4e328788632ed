import type { TokenRequest } from '../../../../shared/api/object.ts';
import { expirationOf, type ObjectLookup, resolveTokenRequest } from '../../auth/service-accounts/token-request.ts';
import { decodeAs } from '../../registry/decoding.ts';
import { negotiate } from '../negotiate.ts';
import { parseObjectBody } from '../request-body.ts';
import { respond } from '../respond.ts';
import { parseWriteOptions } from '../write-options.ts';
import type { VerbHandler } from './context.ts';

const type = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  schema: 'AuthenticationV1TokenRequest',
};

/** POST to `serviceaccounts/NAME/token`: nothing is stored, the answer is the request with the token in it. */
export const requestToken: VerbHandler = async (deps, { request, query, info, user }) => {
  const { kinds, reader, registry, serviceAccountTokens, apiAudiences } = deps;
  const userAgent = request.headers.get('user-agent');
  const options = parseWriteOptions({ query, userAgent, user }, 'CreateOptions');
  const { value, raw } = await parseObjectBody(request, type.kind);
  const warnings: string[] = [];
  const body = decodeAs<TokenRequest>({ deps: { kinds }, options, warnings }, type, { body: value, raw });
  const get: ObjectLookup = (resource, namespace, name) => {
    const stored = reader.get({ resource, namespace, name });
    return stored && registry.parse(stored);
  };
  const context = { user, get, audiences: apiAudiences, nowMs: deps.now() };
  const { request: resolved, issue } = resolveTokenRequest(body, info, context);
  const { spec } = resolved;
  const answer = {
    ...resolved,
    // A field without a value is written all the same.
    spec: { ...spec, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token: await serviceAccountTokens.issue(issue), expirationTimestamp: expirationOf(resolved) },
  };
  const { format } = negotiate(request.headers.get('accept'));
  return respond({ code: 201, json: JSON.stringify(answer), warnings }, format);
};
