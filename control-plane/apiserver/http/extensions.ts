import { badRequest, StatusError, unauthorized, unknownResource } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import { type BootstrapTokens, bootstrappersGroup } from '../auth/bootstrap-tokens.ts';
import type { Credentials } from '../auth/credentials.ts';
import { nodeUser } from '../auth/node-authorizer.ts';
import type { Extension } from './cluster-core.ts';
import { credentialOf } from './internal-headers.ts';
import type { RequestAccess } from './request-access.ts';
import { decodeSegment } from './request-info.ts';
import { methodNotAllowed } from './resource-handler.ts';

export const extensionRoot = '/fairlead/v1';

export interface ExtensionDeps {
  access: RequestAccess;
  credentials: Credentials;
  bootstrapTokens: BootstrapTokens;
}

/** `/fairlead/v1/tokens` and `/fairlead/v1/tokens/ID`: the bootstrap tokens of the cluster, for administrators. */
export function tokensExtension({ access, bootstrapTokens }: ExtensionDeps): Extension {
  return async (request, path) => {
    const match = /^\/fairlead\/v1\/tokens(?:\/([^/]+))?$/.exec(path);
    if (!match) return undefined;
    await access.admit(request, { verb: request.method.toLowerCase(), path });
    const id = match[1];
    if (request.method === 'DELETE' && id !== undefined) {
      await bootstrapTokens.remove(decodeSegment(id));
      return Response.json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    }
    if (id !== undefined) throw methodNotAllowed();
    if (request.method === 'GET') return Response.json({ items: bootstrapTokens.list() });
    if (request.method !== 'POST') throw methodNotAllowed();
    const { ttlSeconds, description } = await jsonObject(request);
    if (ttlSeconds !== undefined && typeof ttlSeconds !== 'number') throw badRequest('ttlSeconds: must be a number');
    if (description !== undefined && typeof description !== 'string') throw badRequest('description: must be a string');
    return Response.json(await bootstrapTokens.create({ ttlSeconds, description }), { status: 201 });
  };
}

const nodeNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** `POST /fairlead/v1/join`: a bootstrap token buys the credential of one node (protocol rule P13). */
export function joinExtension({ access, credentials }: ExtensionDeps): Extension {
  return async (request, path) => {
    if (path !== `${extensionRoot}/join`) return undefined;
    if (request.method !== 'POST') throw methodNotAllowed();
    const user = await access.authenticate(request);
    if (!user.groups.includes(bootstrappersGroup)) {
      throw new StatusError(
        'Forbidden',
        `User ${JSON.stringify(user.name)} cannot join nodes: a bootstrap token is required`,
        {},
      );
    }
    const { nodeName } = await jsonObject(request);
    if (typeof nodeName !== 'string' || nodeName.length > 253 || !nodeNamePattern.test(nodeName)) {
      throw badRequest(
        `nodeName: Invalid value: ${JSON.stringify(nodeName ?? '')}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      );
    }
    return Response.json({ credential: await credentials.issue(nodeUser(nodeName)), nodeName }, { status: 201 });
  };
}

/** Everything else below the root of the extensions does not exist, and says so only to those with a credential. */
export function noOtherExtension({ access }: ExtensionDeps): Extension {
  return async (request, path) => {
    if (!path.startsWith(`${extensionRoot}/`)) return undefined;
    if (!credentialOf(request)) throw unauthorized();
    await access.authenticate(request);
    throw unknownResource();
  };
}

async function jsonObject(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('the body of the request must be a JSON object');
}
