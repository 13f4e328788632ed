import { StatusError } from '../../../../shared/api/errors.ts';
import type { ProxiedThing } from '../../../../shared/kinds/define-kind.ts';
import { nodeTarget, type ProxyTarget, podTarget, serviceTarget, type TargetDeps } from '../../proxy/targets.ts';
import { planned } from '../planned.ts';
import { warn } from '../warnings.ts';
import type { VerbDeps, VerbHandler, VerbRequest } from './context.ts';

type FindTarget = (deps: TargetDeps, namespace: string, id: string) => ProxyTarget;

const targets: Readonly<Record<ProxiedThing, FindTarget>> = {
  pod: podTarget,
  service: serviceTarget,
  node: (deps, _namespace, id) => nodeTarget(deps, id),
};

/**
 * Any method on `NAME/proxy` and below it: decides whether and where to. The answer is a plan for the front, which has
 * the bytes of the client and adds its headers.
 */
export const proxy: VerbHandler = async (deps, request) => {
  const { request: received, kind, info, query } = request;
  const thing = kind.subresources?.others?.[info.subresource]?.proxyTo;
  if (!thing) throw new StatusError('InternalError', 'the kind does not say what its proxy leads to', {});
  const { path, warnings } = await admitted(deps, request);
  const get: TargetDeps['get'] = (resource, namespace, name) => {
    const stored = deps.reader.get({ resource, namespace, name });
    return stored && deps.registry.parse(stored);
  };
  const { node, scheme, host, port } = targets[thing]({ get, random: deps.random }, info.namespace, info.name);
  const search = query.size > 0 ? `?${query}` : '';
  const plan = deps.streams.plan(node, {
    ...{ kind: 'http', method: received.method, scheme, host, port, path: `${path || '/'}${search}`, headers: [] },
    // As Kubernetes: nobody could say what certificate a Pod ought to have.
    ...(scheme === 'https' ? { tls: { insecure: true } } : {}),
  });
  const response = planned(plan);
  warn(response.headers, warnings);
  return response;
};

/** What admission makes of the connection: the path to be asked for, which is mostly the client's own. */
async function admitted(deps: VerbDeps, request: VerbRequest): Promise<{ path: string; warnings: string[] }> {
  const { kind, info, user, auditAnnotations } = request;
  const { namespace, name, subresource } = info;
  const asked = decoded(info.path);
  const options = { ...(asked ? { path: asked } : {}) };
  const outcome = await deps.writes.submit((tx, runOf) => {
    const connection = { verb: 'connect', kind, namespace, name, subresource, options } as const;
    return deps.registry.write(tx, { ...connection, user, fieldManager: '', auditAnnotations }, runOf(0));
  });
  const { path = '' } = JSON.parse(outcome.json) as { path?: string };
  return { path: path === asked ? info.path : encodeURI(path), warnings: outcome.warnings };
}

/** A path that nobody can read is what it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
