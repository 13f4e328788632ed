import { StatusError } from '../../../../shared/api/errors.ts';
import type { ProxiedThing } from '../../../../shared/kinds/define-kind.ts';
import { nodeTarget, type ProxyTarget, podTarget, serviceTarget, type TargetDeps } from '../../proxy/targets.ts';
import { planned } from '../planned.ts';
import type { VerbHandler } from './context.ts';

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
export const proxy: VerbHandler = async (deps, { request, kind, info, query }) => {
  const thing = kind.subresources?.others?.[info.subresource]?.proxyTo;
  if (!thing) throw new StatusError('InternalError', 'the kind does not say what its proxy leads to', {});
  const get: TargetDeps['get'] = (resource, namespace, name) => {
    const stored = deps.reader.get({ resource, namespace, name });
    return stored && deps.registry.parse(stored);
  };
  const { node, scheme, host, port } = targets[thing]({ get, random: deps.random }, info.namespace, info.name);
  const search = query.size > 0 ? `?${query}` : '';
  const plan = deps.streams.plan(node, {
    ...{ kind: 'http', method: request.method, scheme, host, port, path: `${info.path || '/'}${search}`, headers: [] },
    // As Kubernetes: nobody could say what certificate a Pod ought to have.
    ...(scheme === 'https' ? { tls: { insecure: true } } : {}),
  });
  return planned(plan);
};
