import { request as httpsRequest } from 'node:https';
import { CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';

export interface Endpoint {
  url: string;
  ca: string;
  token?: string;
}

export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Anything but a text or bytes is sent as JSON. */
  body?: unknown;
  /** Another bearer token than the endpoint's; null sends none. */
  token?: string | null;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body, parsed when it is asked for. */
  readonly json: Record<string, unknown> & { metadata?: Record<string, unknown> };
}

/** Sends one request as it is told to, without a client library's good manners. */
export type SendRaw = (path: string, options?: RawRequest) => Promise<RawResponse>;

export function createSender({ url, ca, token: ownToken }: Endpoint): SendRaw {
  return (path, { method = 'GET', headers = {}, body, token = ownToken ?? null } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const payload = body === undefined || isRaw ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        `${url}${path}`,
        {
          method,
          ca,
          headers: {
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
            // Node would send the body of a DELETE without saying how long it is.
            ...(payload === undefined || headers['transfer-encoding']
              ? {}
              : { 'content-length': Buffer.byteLength(payload) }),
            ...headers,
          },
          timeout: 20_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              get json() {
                return JSON.parse(text) as RawResponse['json'];
              },
            });
          });
        },
      );
      request.once('timeout', () => request.destroy(new Error(`${method} ${path}: no answer within 20 s`)));
      request.once('error', reject);
      request.end(payload);
    });
  };
}

/** The official client. */
export function clientsOf(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return { config, core: config.makeApiClient(CoreV1Api), watch: new Watch(config) };
}

export type Clients = ReturnType<typeof clientsOf>;
