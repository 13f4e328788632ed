import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import { sampleOpenApiV2, sampleOpenApiV3 } from './sample-openapi.ts';

export const sampleGroup = 'wardle.example.com';
const groupVersion = `${sampleGroup}/v1alpha1`;
const root = `/apis/${groupVersion}`;

interface Flunder {
  apiVersion?: string;
  kind?: string;
  metadata: Record<string, unknown> & { name: string };
}

export interface SampleRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
}

export interface SampleApiServer {
  /** On this machine. */
  port: number;
  /** PEM: what vouches for the server, and it is for `NAME.NAMESPACE.svc`. */
  certificate: string;
  /** All that it has been asked. */
  requests: SampleRequest[];
  /** From now on it answers everything with 500. */
  isBroken: boolean;
  close(): void;
}

/**
 * An API server of somebody else's, as Kubernetes' sample: Flunders, kept in memory, with discovery and documentation.
 * Which user it serves it knows from the headers of the aggregator.
 */
export async function startSampleApiServer(service: string): Promise<SampleApiServer> {
  const { key, certificate } = await selfSigned(service);
  const flunders = new Map<string, Flunder>();
  const sample: SampleApiServer = { port: 0, certificate, requests: [], isBroken: false, close: () => server.close() };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    sample.requests.push({ method, url, headers });
    const { status, json } = sample.isBroken ? broken : answer(flunders, { method, url, body });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(json));
  }

  const server = createServer({ key, cert: certificate }, (request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sample.port = (server.address() as AddressInfo).port;
  return sample;
}

interface Reply {
  status: number;
  json: object;
}

const broken = failure(500, 'InternalError', 'out of order');
const documents: Readonly<Record<string, object>> = {
  [root]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: [
      {
        name: 'flunders',
        singularName: 'flunder',
        namespaced: true,
        kind: 'Flunder',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list'],
        shortNames: ['fl'],
      },
    ],
  },
  '/openapi/v2': sampleOpenApiV2,
  '/openapi/v3': {
    paths: {
      [root.slice(1)]: { serverRelativeURL: `/openapi/v3${root}?hash=1` },
      version: { serverRelativeURL: '/openapi/v3/version?hash=2' },
    },
  },
  [`/openapi/v3${root}`]: sampleOpenApiV3,
};

const resourcePath = new RegExp(`^${root}(?:/namespaces/([^/]+))?/flunders(?:/([^/]+))?$`);

function answer(
  flunders: Map<string, Flunder>,
  { method, url, body }: { method: string; url: string; body: string },
): Reply {
  const { pathname } = new URL(url, 'https://sample');
  const document = documents[pathname];
  if (document) return { status: 200, json: document };
  const match = resourcePath.exec(pathname);
  if (!match) return failure(404, 'NotFound', 'the server could not find the requested resource');
  const [, namespace = '', name] = match;
  if (name === undefined) return answerCollection(flunders, { method, namespace, body });
  const key = `${namespace}/${name}`;
  const found = flunders.get(key);
  if (!found) return failure(404, 'NotFound', `flunders.${sampleGroup} ${JSON.stringify(name)} not found`);
  if (method === 'DELETE') flunders.delete(key);
  return method === 'DELETE' ? success : { status: 200, json: found };
}

const success: Reply = { status: 200, json: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };

function answerCollection(
  flunders: Map<string, Flunder>,
  { method, namespace, body }: { method: string; namespace: string; body: string },
): Reply {
  const mine = [...flunders].filter(([key]) => namespace === '' || key.startsWith(`${namespace}/`));
  if (method === 'POST') {
    const { metadata, ...rest } = JSON.parse(body) as Flunder;
    const key = `${namespace}/${metadata.name}`;
    if (flunders.has(key)) return failure(409, 'AlreadyExists', `${metadata.name} already exists`);
    const stamped = { namespace, uid: randomUUID(), resourceVersion: '1', creationTimestamp: new Date().toISOString() };
    const created = { ...rest, metadata: { ...metadata, ...stamped } };
    flunders.set(key, created);
    return { status: 201, json: created };
  }
  if (method === 'DELETE') for (const [key] of mine) flunders.delete(key);
  if (method === 'DELETE') return success;
  const items = mine.map(([, flunder]) => flunder);
  return { status: 200, json: { kind: 'FlunderList', apiVersion: groupVersion, metadata: {}, items } };
}

function failure(code: number, reason: string, message: string): Reply {
  return { status: code, json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message } };
}
