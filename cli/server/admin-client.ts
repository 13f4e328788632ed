import { Agent, request as httpsRequest } from 'node:https';
import { UserError } from '../report.ts';

export interface ClusterInfo {
  name: string;
  createdAt?: string;
}

export interface BootstrapToken {
  id: string;
  expiresAt?: string;
  description?: string;
}

/** The part of the API that Kubernetes has no resource for: clusters of a deployment, bootstrap tokens of a cluster. */
export class AdminClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor({ url, adminToken, ca }: { url: string; adminToken: string; ca?: string | undefined }) {
    this.#url = url.replace(/\/$/, '');
    this.#token = adminToken;
    this.#agent = new Agent({ ca, keepAlive: false });
  }

  createCluster(
    name: string,
    options: { rotate?: boolean; settings?: unknown } = {},
  ): Promise<{ name: string; adminToken: string }> {
    const path = `/fairlead/v1/clusters${options.rotate ? '?rotate=true' : ''}`;
    return this.#call('POST', path, { name, ...(options.settings ? { settings: options.settings } : {}) });
  }

  async listClusters(): Promise<ClusterInfo[]> {
    return (await this.#call<{ items: ClusterInfo[] }>('GET', '/fairlead/v1/clusters')).items;
  }

  async deleteCluster(name: string): Promise<void> {
    await this.#call('DELETE', `/fairlead/v1/clusters/${encodeURIComponent(name)}`);
  }

  createToken(options: { ttlSeconds?: number; description?: string }): Promise<BootstrapToken & { token: string }> {
    return this.#call('POST', '/fairlead/v1/tokens', options);
  }

  async listTokens(): Promise<BootstrapToken[]> {
    return (await this.#call<{ items: BootstrapToken[] }>('GET', '/fairlead/v1/tokens')).items;
  }

  async revokeToken(id: string): Promise<void> {
    await this.#call('DELETE', `/fairlead/v1/tokens/${encodeURIComponent(id)}`);
  }

  /** Waits until the API server answers at all. Throws after `timeoutMs`. */
  async waitUntilReady(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        const { status } = await this.#send('GET', '/fairlead/v1/clusters');
        if (status === 200) return;
        throw new UserError(`The API server answered ${status} to its own administrator.`);
      } catch (error) {
        if (error instanceof UserError || Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.#send(method, path, body).catch((cause: NodeJS.ErrnoException) => {
      throw new UserError(
        `No answer from ${this.#url} (${cause.code ?? cause.message}): is the server running? Start it with \`fairlead server\` or \`fairlead up\`.`,
        { cause },
      );
    });
    if (status >= 400) throw new UserError(`${method} ${this.#url}${path}: ${messageOf(text)} (${status})`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  #send(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        `${this.#url}${path}`,
        {
          method,
          agent: this.#agent,
          timeout: 30_000,
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(payload ? { 'content-type': 'application/json' } : {}),
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.once('error', reject);
        },
      );
      request.once('timeout', () => request.destroy(new Error('timed out after 30 s')));
      request.once('error', reject);
      request.end(payload);
    });
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
