import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { StoreReader } from '../../../store/store.ts';
import type { IssueToken } from '../../auth/service-accounts/issue-token.ts';
import type { Conversions } from '../../conversion/review.ts';
import type { WriteQueue } from '../../outside-calls/write-queue.ts';
import type { Registry, UserInfo, WriteRequest } from '../../registry/registry.ts';
import { type Negotiated, negotiate } from '../negotiate.ts';
import type { ResourceRequest } from '../request-info.ts';
import { type Answer, respond } from '../respond.ts';
import { parseIncludeObject, partialMetadata, renderTable } from '../table.ts';
import type { NodeStreams } from './log.ts';
import type { WatchOpener } from './watch.ts';

/** What the handlers of verbs work with. */
export interface VerbDeps {
  kinds: KindRegistry;
  reader: StoreReader;
  writes: WriteQueue;
  registry: Registry;
  conversions: Conversions;
  /** Fetches what the write needs to know and another object stores; absent where everything is here. */
  prepare?(writes: readonly WriteRequest[]): Promise<void>;
  watches: WatchOpener;
  streams: NodeStreams;
  issueToken: IssueToken;
  /** Epoch ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
}

/** One authorized request for a resource that exists. */
export interface VerbRequest {
  request: Request;
  query: URLSearchParams;
  info: ResourceRequest;
  kind: KindDefinition;
  user: UserInfo;
  /** Of the request's event in the audit log; absent where nothing is recorded. */
  auditAnnotations?: Record<string, string> | undefined;
}

export type VerbHandler = (deps: VerbDeps, request: VerbRequest) => Promise<Response>;

/** `Accept` of a request, negotiated. */
export function negotiated({ request }: VerbRequest): Negotiated {
  return negotiate(request.headers.get('accept'));
}

/** Writes one object in the form that the client asked for. Anything but an object of `kind` (a Status) stays as it is. */
export async function respondWithObject(deps: VerbDeps, request: VerbRequest, answer: Answer): Promise<Response> {
  const { format, as } = negotiated(request);
  if (!as) return respond(answer, format);
  const object = JSON.parse(answer.json) as KubernetesObject;
  if (object.kind !== request.kind.kind) return respond(answer, format);
  const { resourceVersion } = object.metadata;
  const shown =
    as === 'PartialObjectMetadata'
      ? partialMetadata(object)
      : renderTable(request.kind, [object], {
          includeObject: parseIncludeObject(request.query),
          nowMs: deps.now(),
          metadata: { resourceVersion },
        });
  return respond({ ...answer, json: JSON.stringify(shown) }, format);
}
