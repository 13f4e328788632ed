import { StatusError } from '../../../../shared/api/errors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { readConverted } from '../../conversion/read.ts';
import { type ListOptions, parseListOptions, validateWatchOptions } from '../list-options.ts';
import { announceKind } from '../watched-kind.ts';
import { negotiated, type VerbDeps, type VerbHandler, type VerbRequest } from './context.ts';

/** What a watch is of. The shape of its events (Table, YAML) is made by the front, out of one encoding for all. */
export interface WatchTarget {
  kind: KindDefinition;
  /** Empty string: all namespaces. */
  namespace: string;
  options: ListOptions;
}

/** The host's side of a watch. */
export interface WatchOpener {
  /**
   * Accepts the WebSocket that the front asked for and feeds it. Throws StatusError, before anything is accepted, for
   * selectors and revisions that are malformed.
   */
  open(target: WatchTarget): Response;
}

/**
 * A watch. Towards the client it is an HTTP stream, held by the front Worker; between front and cluster it is a
 * WebSocket that hibernates while nothing happens.
 */
export const watch: VerbHandler = async (deps, request) => {
  negotiated(request);
  const options = parseListOptions(request.query);
  validateWatchOptions(options);
  const { kind, info } = request;
  const { custom } = kind;
  if (custom?.webhook && !custom.isStorage) {
    const why = `watches of ${kind.plural} are served in the version that they are stored in: a webhook converts the others`;
    throw new StatusError('MethodNotAllowed', why);
  }
  const { namespace } = info;
  const as = custom?.webhook ? await withAnswers(deps, request, { kind, namespace }) : kind;
  return announceKind(deps.watches.open({ kind: as, namespace, options }), kind);
};

/** The kind with the answers of its webhook about all that is there, of which a watch may begin with a list. */
function withAnswers(deps: VerbDeps, { request }: VerbRequest, { kind, namespace }: Omit<WatchTarget, 'options'>) {
  const readAll = (as: KindDefinition) => {
    for (const _part of deps.registry.listParts(deps.reader, { kind: as, namespace }));
    return as;
  };
  return readConverted(deps.conversions, kind, readAll, request.signal);
}
