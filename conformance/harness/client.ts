import type { V1Status } from '@kubernetes/client-node';

export type Query = Record<string, string | number | boolean | undefined>;

export interface Ask {
  query?: Query;
  headers?: Record<string, string>;
  /** Anything but a text or bytes is sent as JSON. */
  body?: unknown;
  /** Ends the request from outside. */
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json<T = Record<string, unknown>>(): T;
}

/** The server's refusal, as the Status that it sent. */
export class ApiError extends Error {
  readonly status: V1Status;

  constructor(request: string, status: V1Status) {
    super(`${request}: ${status.code} ${status.reason}: ${status.message}`);
    this.status = status;
  }
}

/** One user's way to the API: HTTP and nothing else, so that what is tested is what the server says. */
export interface ApiClient {
  /** The answer, whatever its status. */
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** The body of a successful answer; throws ApiError otherwise. */
  ask<T>(method: string, path: string, ask?: Ask): Promise<T>;
  /** The response as it begins, for streams. */
  open(method: string, path: string, ask?: Ask): Promise<Response>;
}

const requestTimeoutMs = 30_000;

export function createClient({ url, token }: { url: string; token?: string | undefined }): ApiClient {
  function open(method: string, path: string, { query = {}, headers = {}, body, signal }: Ask = {}) {
    const payload = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return fetch(`${url}${path}${searchOf(query)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: signal ?? AbortSignal.timeout(requestTimeoutMs),
      ...(body === undefined ? {} : { body: payload }),
    });
  }

  async function send(method: string, path: string, ask?: Ask): Promise<Answer> {
    const response = await open(method, path, ask);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
  }

  return {
    open,
    send,
    async ask<T>(method: string, path: string, ask?: Ask) {
      const answer = await send(method, path, ask);
      if (answer.status < 300) return answer.json<T>();
      throw errorOf(`${method} ${path}`, answer);
    },
  };
}

function errorOf(request: string, { status: code, text }: Answer): Error {
  try {
    const status = JSON.parse(text) as V1Status;
    if (status.kind === 'Status') return new ApiError(request, status);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return new Error(`${request}: ${code}, and no Status but ${text.slice(0, 500)}`);
}

function searchOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
