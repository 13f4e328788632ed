import { Buffer } from 'node:buffer';
import { StatusError } from '../../../shared/api/errors.ts';
import type { StreamPlan } from '../http/verbs/log.ts';
import type { NodeHttp, NodeHttpResponse } from '../proxy/exchange.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { AggregatedApi } from './api-services.ts';

/** What the aggregator asks an extension server for, on its own account. */
export interface ExtensionQuestion {
  path: string;
  /** Media types, as clients send them. */
  accept: string;
  /** Of the answer that is known already. */
  etag?: string | undefined;
}

export interface ExtensionAnswer {
  code: number;
  etag: string | undefined;
  text: string;
}

export interface AskDeps {
  nodeHttp: NodeHttp;
  startTimer(run: () => void, delayMs: number): () => void;
}

/** As whom the aggregator asks. */
const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const timeoutMs = 5000;
/** Largest answer, in bytes. */
const maxAnswerBytes = 3 * 1024 * 1024;

/** A GET, bounded in time and size. Throws StatusError when there is no answer. */
export async function askExtension(
  deps: AskDeps,
  api: AggregatedApi,
  question: ExtensionQuestion,
): Promise<ExtensionAnswer> {
  return askPlanned(deps, planQuestion(api, question));
}

export function planQuestion(api: AggregatedApi, { path, accept, etag }: ExtensionQuestion): StreamPlan {
  const tag: [string, string][] = etag ? [['If-None-Match', etag]] : [];
  return api.plan({ method: 'GET', path, user: aggregator, headers: [['Accept', accept], ...tag] });
}

export async function askPlanned(deps: AskDeps, plan: StreamPlan): Promise<ExtensionAnswer> {
  const aborted = new AbortController();
  const late = Promise.withResolvers<never>();
  const cancel = deps.startTimer(() => {
    late.reject(
      new StatusError('Timeout', 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
    );
    aborted.abort();
  }, timeoutMs);
  try {
    const asked = deps.nodeHttp(plan, { signal: aborted.signal }).then((response) => read(response, aborted.signal));
    return await Promise.race([asked, late.promise]);
  } finally {
    cancel();
  }
}

async function read({ code, headers, body }: NodeHttpResponse, signal: AbortSignal): Promise<ExtensionAnswer> {
  const etag = headers.find(([name]) => name.toLowerCase() === 'etag')?.[1];
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) {
      throw new StatusError('ServiceUnavailable', `the answer is larger than ${maxAnswerBytes} bytes`, {});
    }
    if (signal.aborted) break;
    parts.push(chunk);
  }
  return { code, etag, text: Buffer.concat(parts).toString('utf8') };
}
