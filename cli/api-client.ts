import { Agent, request } from 'node:https';
import type { KubernetesObject } from '../shared/api/object.ts';
import { UserError } from './report.ts';
import type { ClusterCredential } from './server/credentials.ts';

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** As much of a Kubernetes client as the command line needs: discovery, apply, and requests by path. */
export class ApiClient {
  readonly #credential: ClusterCredential;
  readonly #agent: Agent;
  readonly #resources = new Map<string, ApiResource[]>();

  constructor(credential: ClusterCredential) {
    this.#credential = credential;
    this.#agent = new Agent({ ca: credential.ca, keepAlive: false });
  }

  async get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path);
  }

  async create<T>(path: string, object: object): Promise<T> {
    return this.#call<T>('POST', path, object);
  }

  async update(path: string, object: object): Promise<void> {
    await this.#call('PUT', path, object);
  }

  /** Server-side apply of one manifest. */
  async apply(manifest: KubernetesObject, fieldManager: string): Promise<void> {
    const path = `${await this.#pathOf(manifest)}?fieldManager=${fieldManager}&force=true`;
    await this.#call('PATCH', path, manifest, 'application/apply-patch+yaml');
  }

  async #pathOf(manifest: KubernetesObject): Promise<string> {
    const version = manifest.apiVersion ?? '';
    const base = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    let resources = this.#resources.get(version);
    if (!resources) {
      resources = (await this.get<{ resources: ApiResource[] }>(base)).resources;
      this.#resources.set(version, resources);
    }
    const resource = resources.find((item) => item.kind === manifest.kind && !item.name.includes('/'));
    if (!resource) throw new UserError(`The cluster knows no kind ${manifest.kind} in ${version}.`);
    const scope = resource.namespaced ? `/namespaces/${manifest.metadata.namespace ?? 'default'}` : '';
    return `${base}${scope}/${resource.name}/${manifest.metadata.name}`;
  }

  #call<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const { server, token } = this.#credential;
    return new Promise((resolve, reject) => {
      const call = request(
        `${server}${path}`,
        {
          method,
          agent: this.#agent,
          timeout: 30_000,
          headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () => {
            if ((response.statusCode ?? 500) < 400) return resolve(JSON.parse(text) as T);
            reject(new UserError(`${method} ${path}: ${text}`));
          });
        },
      );
      call.once('timeout', () => call.destroy(new Error(`${method} ${path} timed out after 30 s`)));
      call.once('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
