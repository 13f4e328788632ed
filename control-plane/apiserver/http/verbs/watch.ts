import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { type ListOptions, parseListOptions, validateWatchOptions } from '../list-options.ts';
import { announceKind } from '../watched-kind.ts';
import { negotiated, type VerbHandler } from './context.ts';

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
  return announceKind(deps.watches.open({ kind, namespace: info.namespace, options }), kind);
};
