import type { ApiClient } from '../harness/client.ts';
import { compare, type Renamed, rename } from './compare.ts';
import type { Difference, Exchange, Scenario } from './exchanges.ts';

const watchTimeoutMs = 5_000;

export interface Clients {
  administrator: ApiClient;
  /** Without credentials. */
  nobody: ApiClient;
}

/** Sends what was recorded, in order, and says where the answers differ. */
export async function replay(
  { administrator, nobody }: Clients,
  scenarios: readonly Scenario[],
): Promise<Difference[]> {
  const renamed: Renamed = new Map();
  const differences: Difference[] = [];
  for (const { scenario, steps } of scenarios) {
    const api = scenario === 'authentication' ? nobody : administrator;
    for (const [index, exchange] of steps.entries()) {
      const { method, path } = exchange.request;
      const step = `${scenario} ${index} ${method} ${path}`;
      const ours = await answerTo(api, exchange, renamed);
      const left = surplus[`${scenario} ${index}`];
      if (left) await api.send('DELETE', left);
      differences.push(...compare(outline(exchange.response), ours, renamed).map((one) => ({ step, ...one })));
    }
  }
  return differences;
}

/**
 * What the recording did not have is taken away again: Pods that came before there was a ServiceAccount for them, and
 * what 1.21 refuses.
 */
const surplus: Readonly<Record<string, string>> = {
  'pod-create-defaults 6': '/api/v1/namespaces/rec/pods?gracePeriodSeconds=0',
  'services 12': '/api/v1/namespaces/rec/services/1bad',
  'pod-create-invalid 11': '/api/v1/namespaces/rec/pods/b?gracePeriodSeconds=0',
};

interface Outline {
  status: number;
  body: unknown;
}

function outline({ status, body }: Exchange['response']): Outline {
  return { status, body: inOrder(body) };
}

/** Lists in the order of names: the recording's came from a store without order. */
function inOrder(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const sorted = { ...body } as Record<string, unknown>;
  for (const field of ['items', 'rows', 'groups']) {
    const value = sorted[field];
    if (Array.isArray(value)) sorted[field] = value.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }
  return sorted;
}

function nameOf(item: { name?: string; metadata?: { name?: string }; cells?: unknown[] }): string {
  return String(item.metadata?.name ?? item.name ?? item.cells?.[0] ?? '');
}

async function answerTo(api: ApiClient, { request, response }: Exchange, renamed: Renamed): Promise<Outline> {
  const { method, headers } = request;
  const path = rename(request.path, renamed);
  const body = request.raw ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  const isWatch = Array.isArray(response.body);
  // What was recorded came without a user agent; fetch has one of its own.
  const ask = {
    headers: { 'user-agent': '', ...lowerCase(headers) },
    ...(body === undefined ? {} : { body: rename(body, renamed) }),
  };
  if (isWatch) return readEvents(api, path, ask, (response.body as unknown[]).length);
  const answer = await api.send(method, path, ask);
  return { status: answer.status, body: inOrder(parsed(answer.text)) };
}

const lowerCase = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As many events as were recorded, or what there is within the time. */
async function readEvents(api: ApiClient, path: string, ask: object, count: number): Promise<Outline> {
  const response = await api.open('GET', path, { ...ask, signal: AbortSignal.timeout(watchTimeoutMs) });
  const events: unknown[] = [];
  let rest = '';
  try {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      events.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown));
      if (events.length >= count) break;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  return { status: response.status, body: events };
}
