import { StatusError, unknownResource } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { Auditor } from '../audit/auditor.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Authorizer, RuleResolver } from '../auth/authorize.ts';
import { decodeAs } from '../registry/decoding.ts';
import type { UserInfo } from '../registry/registry.ts';
import { inTurn, type TurnDeps } from './in-turn.ts';
import { negotiatePlain } from './negotiate.ts';
import type { RequestAccess } from './request-access.ts';
import { attributesOf } from './request-attributes.ts';
import { parseObjectBody } from './request-body.ts';
import type { RequestVerb, ResourceRequest } from './request-info.ts';
import { respond } from './respond.ts';
import type { VerbDeps, VerbHandler, VerbRequest } from './verbs/context.ts';
import { log } from './verbs/log.ts';
import { proxy } from './verbs/proxy.ts';
import { get, list } from './verbs/read.ts';
import { requestToken } from './verbs/token-request.ts';
import { watch } from './verbs/watch.ts';
import { create, deleteCollection, deleteOne, patch, update } from './verbs/write.ts';
import type { VirtualResource } from './virtual-resource.ts';
import { virtualResources } from './virtual-resources.ts';
import { warn } from './warnings.ts';
import { parseWriteOptions } from './write-options.ts';

const handlers: Readonly<Record<Exclude<RequestVerb, 'unsupported'>, VerbHandler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
};

/** Subresources that no transaction answers, by name: a conversation with the node, a signature. */
const connections: Readonly<Record<string, VerbHandler>> = { log, proxy, token: requestToken };

/** Those of them that leave it to somebody else what a method means. */
const anyMethod: ReadonlySet<string> = new Set(['proxy']);

/** Verbs that a collection over all namespaces answers. */
const acrossNamespaces: ReadonlySet<RequestVerb> = new Set(['list', 'watch']);

export interface ResourceHandlerDeps extends VerbDeps, TurnDeps {
  access: RequestAccess;
  authorizer: Authorizer & RuleResolver;
  authenticator: Authenticator;
  /** Absent: nothing is recorded. */
  auditor?: Auditor | undefined;
}

/** Handles a request below `/api/VERSION/` or `/apis/GROUP/VERSION/`: who, may they, what, how. */
export function createResourceHandler(deps: ResourceHandlerDeps) {
  return async (request: Request, query: URLSearchParams, info: ResourceRequest): Promise<Response> => {
    const attributes = attributesOf(info, query);
    const user = await deps.access.admit(request, attributes);
    return inTurn(deps, { request, user, attributes, query }, () => answer(request, query, info, user));
  };

  async function answer(
    request: Request,
    query: URLSearchParams,
    info: ResourceRequest,
    user: UserInfo,
  ): Promise<Response> {
    const kind = deps.kinds.byPath(info.group, info.version, info.resource);
    const auditAnnotations = deps.auditor?.trailOf(request)?.annotations;
    if (kind) {
      const handle = async () => handlerFor(kind, info)(deps, { request, query, info, kind, user, auditAnnotations });
      return withWarning(kind.deprecationWarning, handle);
    }
    const virtual = virtualResources.find((one) => isAt(one, info));
    if (!virtual) throw unknownResource();
    return createVirtual(deps, virtual, { request, query, info, user });
  }
}

/** Tells it with whatever the answer is, a refusal as well. */
async function withWarning(text: string | undefined, answer: () => Promise<Response>): Promise<Response> {
  if (text === undefined) return answer();
  try {
    const response = await answer();
    warn(response.headers, [text]);
    return response;
  } catch (error) {
    if (error instanceof StatusError) error.warnings = [text, ...error.warnings];
    throw error;
  }
}

function isAt(virtual: VirtualResource, { group, version, resource }: ResourceRequest): boolean {
  return virtual.group === group && virtual.version === version && virtual.plural === resource;
}

function handlerFor(kind: KindDefinition, info: ResourceRequest): VerbHandler {
  const { verb, namespace, name, subresource } = info;
  if (verb === 'unsupported' && !anyMethod.has(subresource)) throw methodNotAllowed();
  if (kind.scope === 'Cluster' && namespace !== '') throw unknownResource();
  if (kind.scope === 'Namespaced' && namespace === '') {
    if (name !== '') throw unknownResource();
    if (!acrossNamespaces.has(verb)) throw methodNotAllowed();
  }
  if (subresource !== '') return subresourceHandler(kind, info);
  if (verb === 'unsupported') throw methodNotAllowed();
  // POST goes to collections, PUT and PATCH to objects.
  if ((verb === 'create') === (name !== '') && (verb === 'create' || verb === 'update' || verb === 'patch')) {
    throw methodNotAllowed();
  }
  if (kind.verbs && !kind.verbs.includes(verb)) throw methodNotAllowed();
  return handlers[verb];
}

function subresourceHandler(kind: KindDefinition, { verb, subresource }: ResourceRequest): VerbHandler {
  const { status, scale, others } = kind.subresources ?? {};
  const declared = others?.[subresource];
  // Before its body is looked at, which may be of a type that is unknown, too.
  if (!declared && !(subresource === 'status' && status) && !(subresource === 'scale' && scale))
    throw unknownResource();
  const connect = connections[subresource];
  if (!declared || !connect) {
    if (verb === 'get' || verb === 'create' || verb === 'update' || verb === 'patch') return handlers[verb];
    throw methodNotAllowed();
  }
  if (!declared.verbs.includes(verb) && !anyMethod.has(subresource)) throw methodNotAllowed();
  return connect;
}

async function createVirtual(
  deps: ResourceHandlerDeps,
  virtual: VirtualResource,
  { request, query, info, user }: Omit<VerbRequest, 'kind'>,
): Promise<Response> {
  if ((virtual.scope === 'Namespaced') !== (info.namespace !== '')) throw unknownResource();
  if (info.verb !== 'create' || info.name !== '') throw methodNotAllowed();
  const { authorizer, authenticator, kinds } = deps;
  const options = parseWriteOptions({ query, userAgent: request.headers.get('user-agent'), user }, 'CreateOptions');
  const format = negotiatePlain(request.headers.get('accept'));
  const { value, raw, findings } = await parseObjectBody(request, virtual.kind);
  const warnings: string[] = [];
  const object = decodeAs<KubernetesObject>({ deps: { kinds }, options, warnings }, virtual, {
    body: value,
    raw,
    findings,
  });
  // What a question leaves out is empty, not absent.
  object.spec ??= {};
  const { namespace } = info;
  const content = await virtual.create(object, { user, namespace, authorizer, authenticator, nowMs: deps.now() });
  const answer = { kind: virtual.kind, apiVersion: apiVersionOf(virtual), ...content };
  return respond({ code: 201, json: JSON.stringify(answer), warnings }, format);
}

export function methodNotAllowed(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
