import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

/** A server under measurement: ours or a floor. */
export interface Server {
  /** Process whose tree is the server. */
  pid: number;
  host: string;
  port: number;
  /** PEM; absent for plain HTTP. */
  ca?: string;
  headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const readyTimeoutMs = 30_000;
const stopGraceMs = 5_000;

/** A child whose last words are kept for the error that it may cause. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #words = '';

  constructor(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', (error) => {
        this.#words += error.message;
        resolve();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#words = (this.#words + text).slice(-2000);
      });
    }
  }

  get pid(): number {
    if (!this.#child.pid) throw new Error(`the server was not started: ${this.#words}`);
    return this.#child.pid;
  }

  /** Asks until `isReady` answers true; rejects when the process has ended or the time is up. */
  async ready(isReady: () => Promise<boolean>, pollMs = 5): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await isReady().catch(() => false))) {
      const { exitCode, signalCode } = this.#child;
      if (Date.now() > deadline || exitCode !== null || signalCode !== null)
        throw new Error(`the server did not come up; its last words: ${this.#words.trim()}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopGraceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

export interface Answer {
  status: number;
  text: string;
}

const agents = new Map<string, Agent>();

/** Connections to one server are kept, as clients do. */
function agentFor(ca: string): Agent {
  const agent = agents.get(ca) ?? new Agent({ ca, keepAlive: true });
  agents.set(ca, agent);
  return agent;
}

/** One request, its answer read to the end. */
export function ask(
  server: Pick<Server, 'host' | 'port' | 'ca' | 'headers'>,
  path: string,
  options: { method?: string; body?: unknown; contentType?: string } = {},
): Promise<Answer> {
  const { host, port, ca } = server;
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
  const headers = {
    ...server.headers,
    // Node frames the body of a DELETE only if it is told how long it is.
    ...(payload === undefined
      ? {}
      : { 'content-type': options.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
  };
  const settings = { host, port, path, method: options.method ?? 'GET', timeout: 30_000, headers };
  return new Promise((resolve, reject) => {
    const call = ca ? httpsRequest({ ...settings, agent: agentFor(ca) }) : httpRequest({ ...settings, agent: false });
    call.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.once('error', reject);
    });
    call.once('timeout', () => call.destroy(new Error(`${path} timed out`)));
    call.once('error', reject);
    call.end(payload);
  });
}

/** Like `ask`, for an answer that must be a success and JSON. */
export async function askJson<T>(
  server: Parameters<typeof ask>[0],
  path: string,
  options: Parameters<typeof ask>[2] = {},
): Promise<T> {
  const { status, text } = await ask(server, path, options);
  if (status >= 400) throw new Error(`${options.method ?? 'GET'} ${path} got ${status}: ${text}`);
  return JSON.parse(text) as T;
}
