import type { TokenRequest } from '../../../../shared/api/object.ts';
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
export const requestToken: VerbHandler = async ({ kinds, issueToken }, { request, query, info, user }) => {
  const userAgent = request.headers.get('user-agent');
  const options = parseWriteOptions({ query, userAgent, user }, 'CreateOptions');
  const { value, raw } = await parseObjectBody(request, type.kind);
  const warnings: string[] = [];
  const body = decodeAs<TokenRequest>({ deps: { kinds }, options, warnings }, type, { body: value, raw });
  const answer = await issueToken(user, info, body);
  // A field without a value is written all the same.
  const spec = { ...answer.spec, boundObjectRef: answer.spec.boundObjectRef ?? null };
  const { format } = negotiate(request.headers.get('accept'));
  return respond({ code: 201, json: JSON.stringify({ ...answer, spec }), warnings }, format);
};
