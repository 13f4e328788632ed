import { badRequest } from '../../../../shared/api/errors.ts';
import type { ObjectKey } from '../../../../shared/api/object.ts';
import { encodeSuccess } from '../../registry/encoding.ts';
import type { ListOutcome, WriteRequest } from '../../registry/registry.ts';
import { parseListOptions } from '../list-options.ts';
import { parseObjectBody, parseOptionsBody, parsePatchBody } from '../request-body.ts';
import { respond } from '../respond.ts';
import { parseDeleteOptions, parsePatchOptions, parseWriteOptions } from '../write-options.ts';
import { negotiated, respondWithObject, type VerbDeps, type VerbHandler, type VerbRequest } from './context.ts';
import { listParts, respondWithList } from './read.ts';

/** POST to a collection or a subresource. */
export const create: VerbHandler = async (deps, request) => {
  const options = parseWriteOptions(optionSource(request), 'CreateOptions');
  const { value, raw, findings } = await objectBody(request);
  const { name } = request.info;
  return commit(deps, request, {
    verb: 'create',
    ...target(request),
    ...options,
    body: value,
    raw,
    findings,
    name: name || undefined,
  });
};

/** PUT of an object or a subresource. */
export const update: VerbHandler = async (deps, request) => {
  const options = parseWriteOptions(optionSource(request), 'UpdateOptions');
  const { value, raw, findings } = await objectBody(request);
  return commit(deps, request, {
    verb: 'update',
    ...target(request),
    ...options,
    body: value,
    raw,
    findings,
    name: request.info.name,
  });
};

export const patch: VerbHandler = async (deps, request) => {
  const { value, raw, findings, patchType } = await parsePatchBody(request.request, request.kind);
  const options = parseWriteOptions(optionSource(request), 'PatchOptions');
  const { force } = parsePatchOptions(request.query, patchType);
  const { name } = request.info;
  return commit(deps, request, {
    verb: 'patch',
    ...target(request),
    ...options,
    name,
    patchType,
    body: value,
    raw,
    findings,
    force,
  });
};

export const deleteOne: VerbHandler = async (deps, request) => {
  const options = await deleteOptions(request);
  const write = withDryRun(parseWriteOptions(optionSource(request), 'DeleteOptions'), options.dryRun);
  return commit(deps, request, { verb: 'delete', ...target(request), ...write, name: request.info.name, options });
};

export const deleteCollection: VerbHandler = async (deps, request) => {
  const options = await deleteOptions(request);
  const write = withDryRun(parseWriteOptions(optionSource(request), 'DeleteOptions'), options.dryRun);
  negotiated(request);
  const { labelSelector, fieldSelector } = parseListOptions(request.query);
  const { kind, info } = request;
  const selected = { kind, namespace: info.namespace, labelSelector, fieldSelector };
  const parts: ListOutcome[] = [];
  const found: ObjectKey[] = [];
  for await (const part of listParts(deps, request, selected)) {
    found.push(...part.items.map(({ key }) => key));
    if (parts.length < 2) parts.push(part);
  }
  // As in Kubernetes, a collection is not deleted in one go: others get their turn in between.
  for (let from = 0; from < found.length; from += deletedAtOnce) {
    const keys = found.slice(from, from + deletedAtOnce);
    const deletion = { verb: 'deletecollection', ...target(request), ...write, options, keys } as const;
    await deps.writes.submit((tx, runOf) => deps.registry.write(tx, deletion, runOf(0)));
  }
  // What was deleted is told as long as it need not be kept in memory for that.
  if (parts.length === 1) return respondWithList(deps, request, parts);
  return respond({ code: 200, json: encodeSuccess() }, negotiated(request).format);
};

const deletedAtOnce = 200;

function target({ kind, info, auditAnnotations }: VerbRequest) {
  return { kind, namespace: info.namespace, subresource: info.subresource || undefined, auditAnnotations };
}

function optionSource({ query, request, user }: VerbRequest) {
  return { query, userAgent: request.headers.get('user-agent'), user };
}

async function objectBody({ request, kind }: VerbRequest) {
  return parseObjectBody(request, kind.kind);
}

async function deleteOptions({ request, query, info }: VerbRequest) {
  if (info.subresource) throw badRequest('subresources cannot be deleted');
  return parseDeleteOptions(query, await parseOptionsBody(request));
}

function withDryRun<T extends { dryRun?: boolean }>(options: T, inBody: readonly string[] | undefined): T {
  return { ...options, dryRun: options.dryRun || (inBody?.length ?? 0) > 0 };
}

async function commit(deps: VerbDeps, request: VerbRequest, write: WriteRequest): Promise<Response> {
  negotiated(request); // an unacceptable Accept header must not be found out after the write
  if (deps.prepare) await deps.prepare([write]);
  const outcome = await deps.writes.submit((tx, runOf) => deps.registry.write(tx, write, runOf(0)));
  return respondWithObject(deps, request, outcome);
}
