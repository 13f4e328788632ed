import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Container } from '../../shared/api/object.ts';
import { dialFailure, hostPort, type Probe, type ProbeResult, portOf } from './probe.ts';

export type HttpGetAction = NonNullable<Probe['httpGet']>;

export interface HttpGetOptions {
  action: HttpGetAction;
  container: Container;
  /** Where the action names no host. */
  podIP: string;
  timeoutMs: number;
  /** `kube-probe/1.36`, `kube-lifecycle/1.36` */
  userAgent: string;
}

interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

const mostRedirects = 10;
const bodyLimit = 10 * 1024;

/** GET; any status from 200 up to 399 is success. A redirect is followed on the same host only. */
export async function httpGet(options: HttpGetOptions): Promise<ProbeResult> {
  const first = urlOf(options);
  // One deadline for the whole chain of redirects.
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    let url = first;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const answer = await get(url, options, signal);
      const isRedirect = answer.status >= 300 && answer.status < 400 && answer.location !== undefined;
      if (!isRedirect) return verdict(answer);
      url = new URL(answer.location ?? '', url);
      if (url.hostname !== first.hostname)
        return { outcome: 'warning', output: `Probe terminated redirects, Response body: ${answer.body}` };
    }
    return { outcome: 'failure', output: `Get "${url}": stopped after ${mostRedirects} redirects` };
  } catch (error) {
    return { outcome: 'failure', output: `Get "${first}": ${problem(error, first, signal)}` };
  }
}

function urlOf({ action, container, podIP }: HttpGetOptions): URL {
  const { scheme = 'HTTP', path = '/' } = action;
  const port = portOf(action.port, container);
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return new URL(`${scheme.toLowerCase()}://${hostPort(action.host || podIP, port)}${rooted}`);
}

function verdict({ status, body }: Answer): ProbeResult {
  if (status >= 200 && status < 400) return { outcome: 'success', output: body };
  return { outcome: 'failure', output: `HTTP probe failed with statuscode: ${status}` };
}

function problem(error: unknown, url: URL, signal: AbortSignal): string {
  if (signal.aborted) return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  const { code, message } = error as NodeJS.ErrnoException;
  const address = `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
  if (code === 'ECONNRESET') return message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  return dialFailure(error, address) ?? message;
}

function get(url: URL, { action, userAgent }: HttpGetOptions, signal: AbortSignal): Promise<Answer> {
  const own = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name.toLowerCase(), value]));
  // An empty value takes a header away.
  const headers = Object.fromEntries(
    Object.entries({ 'user-agent': userAgent, accept: '*/*', connection: 'close', ...own }).filter(
      ([, value]) => value,
    ),
  );
  return new Promise((resolve, reject) => {
    // The certificate is not looked at: that the container answers is what is asked.
    const options = { headers, signal, agent: false as const };
    const answered = (response: IncomingMessage) => {
      readBody(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
        reject,
      );
    };
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, rejectUnauthorized: false }, answered)
        : httpRequest(url, options, answered);
    sent.on('error', reject);
    sent.end();
  });
}

/** No more than is shown; the rest is not read. */
async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bodyLimit) break;
  }
  return Buffer.concat(chunks).subarray(0, bodyLimit).toString();
}
