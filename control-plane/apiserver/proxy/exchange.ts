import { StatusError } from '../../../shared/api/errors.ts';
import type { StreamPlan } from '../http/verbs/log.ts';

export interface NodeHttpOptions {
  /** Bytes of the request, if it has any. */
  body?: ReadableStream<Uint8Array> | null;
  /** Ends the exchange. */
  signal?: AbortSignal;
}

export interface NodeHttpResponse {
  code: number;
  /** End-to-end headers, several values as several entries. */
  headers: [string, string][];
  body: ReadableStream<Uint8Array>;
}

/** Opens an exchange; throws StatusError when there is no answer. */
export type NodeHttp = (plan: StreamPlan, options: NodeHttpOptions) => Promise<NodeHttpResponse>;

/** There is no node to go by: nobody has heard of the exchange. */
export class NodeNotConnected extends StatusError {
  constructor(message: string) {
    super('ServiceUnavailable', message, {});
  }
}
