import type { WebhookClientConfig } from '../../../shared/kinds/admission-webhooks/validate-client-config.ts';
import type { NodeFetch } from '../proxy/node-fetch.ts';
import { statusProblem } from './status-problem.ts';

/** One call of a webhook: a POST of JSON that is answered with JSON. */
export interface WebhookCall {
  client: WebhookClientConfig;
  /** JSON text. */
  body: string;
  timeoutSeconds: number;
  /** Nobody waits any longer. */
  signal: AbortSignal;
}

/** The body of a 2xx answer, or why there is none, in the words of Kubernetes. */
export type WebhookResult = { text: string } | { problem: string };

/** Never throws: what goes wrong on the way is a result. */
export type CallWebhook = (call: WebhookCall) => Promise<WebhookResult>;

/** What a transport is asked to do. */
export interface OutsideRequest {
  url: string;
  body: string;
  /** PEM, base64, as configurations hold it. */
  caBundle?: string;
  signal: AbortSignal;
}

/** Makes a POST of JSON; throws an Error whose message says what went wrong. */
export type OutsideFetch = (request: OutsideRequest) => Promise<Response>;

export interface WebhookClientDeps {
  /** To a URL. */
  fetch: OutsideFetch;
  /** To a Service, whose name `url` has as its host. */
  nodeFetch: NodeFetch;
  startTimer(run: () => void, delayMs: number): () => void;
}

/** Largest answer, in bytes: as for what clients send. */
const maxAnswerBytes = 3 * 1024 * 1024;

/** Calls webhooks of any kind (admission, conversion) within their time limit, and reads no more than it should. */
export function createWebhookClient(deps: WebhookClientDeps): CallWebhook {
  return async ({ client, body, timeoutSeconds, signal }) => {
    const { url, send } = destinationOf(deps, client, timeoutSeconds);
    const aborted = new AbortController();
    const abort = () => aborted.abort();
    signal.addEventListener('abort', abort);
    const late = Promise.withResolvers<WebhookResult>();
    const cancel = deps.startTimer(() => {
      late.resolve({ problem: `Post ${JSON.stringify(url)}: context deadline exceeded` });
      abort();
    }, timeoutSeconds * 1000);
    const caBundle = client.caBundle || undefined;
    const called = post(() => send({ url, body, caBundle, signal: aborted.signal }), url);
    try {
      return await Promise.race([called, late.promise]);
    } finally {
      cancel();
      signal.removeEventListener('abort', abort);
    }
  };
}

function destinationOf(
  deps: WebhookClientDeps,
  { url, service }: WebhookClientConfig,
  timeoutSeconds: number,
): { url: string; send: OutsideFetch } {
  const query = `?timeout=${timeoutSeconds}s`;
  if (!service) return { url: `${url}${query}`, send: deps.fetch };
  const { namespace = '', name = '', path = '', port = 443 } = service;
  const serverName = `${name}.${namespace}.svc`;
  const destination = { service: { namespace, name, port } };
  const slash = path === '' || path.startsWith('/') ? '' : '/';
  return {
    url: `https://${serverName}:${port}${slash}${path}${query}`,
    send: (request) => deps.nodeFetch(request, { destination, serverName }),
  };
}

async function post(send: () => Promise<Response>, url: string): Promise<WebhookResult> {
  try {
    const response = await send();
    const text = await readText(response);
    if (text === undefined)
      return { problem: `Post ${JSON.stringify(url)}: the answer is larger than ${maxAnswerBytes} bytes` };
    return response.ok ? { text } : { problem: statusProblem(response.status, text) };
  } catch (error) {
    return { problem: `Post ${JSON.stringify(url)}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Undefined for a body past the limit, of which no more is read. */
async function readText({ body }: Response): Promise<string | undefined> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxAnswerBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
