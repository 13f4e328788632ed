import { badRequest, StatusError } from '../../../shared/api/errors.ts';
import type { StoreTransaction } from '../../store/store.ts';
import { directRun, type WriteRun } from '../outside-calls/write-run.ts';
import { connect } from './connect.ts';
import { create } from './create.ts';
import { deleteOne } from './delete.ts';
import { deleteCollection } from './delete-collection.ts';
import { parseStored } from './encoding.ts';
import { get } from './get.ts';
import { list, listParts } from './list.ts';
import { patch } from './patch.ts';
import type { Registry, WriteOutcome, WriteRequest } from './registry.ts';
import { servedText } from './served-form.ts';
import { subresourceVerb } from './subresources/table.ts';
import { update } from './update.ts';
import { type RegistryDeps, type WriteContext, writeContext } from './write-context.ts';

export function createRegistry(deps: RegistryDeps): Registry {
  return {
    get(reader, target) {
      const { kind, subresource } = target;
      return subresource ? subresourceVerb(kind, subresource, 'get')(reader, target) : get(reader, target);
    },
    list,
    listParts,
    write: (tx, request, run = directRun(deps)) => write(deps, tx, { request, run }),
    parse: parseStored,
  };
}

/** A write, answered in the words of its client. */
function write(
  deps: RegistryDeps,
  tx: StoreTransaction,
  { request, run }: { request: WriteRequest; run: WriteRun },
): WriteOutcome {
  const context = writeContext(deps, tx, { request, run });
  const outcome = withWarnings(context, () => writeStored(context, request));
  return request.kind.servedForm ? { ...outcome, json: servedText(request.kind, outcome.json) } : outcome;
}

/** A write that is refused tells its warnings, too: those of a webhook that denies may say why. */
function withWarnings<T>({ warnings }: WriteContext, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StatusError) error.warnings = warnings;
    throw error;
  }
}

function writeStored(context: WriteContext, request: WriteRequest): WriteOutcome {
  switch (request.verb) {
    case 'create': {
      if (!request.subresource) return create(context, request);
      const name = request.name;
      if (!name) throw badRequest('name must be provided');
      return subresourceVerb(request.kind, request.subresource, 'create')(context, { ...request, name });
    }
    case 'update':
      if (!request.subresource) return update(context, request);
      return subresourceVerb(request.kind, request.subresource, 'update')(context, request);
    case 'patch':
      if (!request.subresource) return patch(context, request);
      return subresourceVerb(request.kind, request.subresource, 'patch')(context, request);
    case 'delete':
      return deleteOne(context, request);
    case 'deletecollection':
      return deleteCollection(context, request);
    case 'connect':
      return connect(context, request);
  }
}
