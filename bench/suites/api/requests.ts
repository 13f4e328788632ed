/** The requests of the API suite, for ours and for its floors. Bodies are of one size on all sides. */
import type { RequestTemplate } from '../../load/job.ts';

/** Holds what is read, patched and listed; nothing is added while it is measured. */
export const readNamespace = 'bench-read';
/** Where creates go. */
export const writeNamespace = 'bench-write';

export function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

const labels = { app: 'bench', tier: 'measured', 'app.kubernetes.io/part-of': 'bench' };

function configMap(data: Record<string, string>): string {
  const text = 'server {\n  listen 8080;\n  location / { proxy_pass http://backend; }\n}\n'.repeat(16);
  const metadata = { name: 'cm-{index}', labels, annotations: { 'bench.example/index': '{index}' } };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'server.conf': text, ...data } });
}

/** Nobody schedules it: what is measured is its creation. */
function pod(): string {
  const env = ['ONE', 'TWO', 'THREE', 'FOUR'].map((name) => ({ name, value: `the value of ${name}` }));
  const containers = ['app', 'sidecar'].map((name) => ({
    name,
    image: `registry.example/${name}:v1.2.3`,
    env,
    ports: [{ name: `port-${name}`.slice(0, 15), containerPort: name === 'app' ? 8080 : 9090 }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
  }));
  const spec = { schedulerName: 'nobody', containers };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-{index}', labels }, spec });
}

const collection = (inNamespace: string, resource: string) => `/api/v1/namespaces/${inNamespace}/${resource}`;
const mergePatch = JSON.stringify({ metadata: { labels: { changed: 'to-{sequence}' } } });

export function createConfigMap(inNamespace: string): RequestTemplate {
  return { method: 'POST', path: collection(inNamespace, 'configmaps'), body: configMap({}) };
}

/** Its events tell when it was sent. */
export function createTimedConfigMap(inNamespace: string): RequestTemplate {
  return { method: 'POST', path: collection(inNamespace, 'configmaps'), body: configMap({ sent: '{time}' }) };
}

export function createPod(inNamespace: string): RequestTemplate {
  return { method: 'POST', path: collection(inNamespace, 'pods'), body: pod() };
}

export function getConfigMap(inNamespace: string): RequestTemplate {
  return { method: 'GET', path: `${collection(inNamespace, 'configmaps')}/cm-{index}` };
}

export function patchConfigMap(inNamespace: string): RequestTemplate {
  const path = `${collection(inNamespace, 'configmaps')}/cm-{index}`;
  return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: mergePatch };
}

export function listConfigMaps(inNamespace: string): RequestTemplate {
  return { method: 'GET', path: collection(inNamespace, 'configmaps') };
}

export function watchConfigMaps(inNamespace: string, after: string): RequestTemplate {
  const path = `${collection(inNamespace, 'configmaps')}?watch=true&resourceVersion=${after}`;
  return { method: 'GET', path };
}

/** One of the two objects of the bare Worker. */
export type BareVariant = 'plain' | 'grouped';
/** Keeps names of one object apart. */
type Purpose = 'read' | 'write' | 'pod';

export function bareCreate(object: BareVariant, purpose: Purpose): RequestTemplate {
  const body = purpose === 'pod' ? pod() : configMap({});
  return { method: 'POST', path: `/${object}/objects/${purpose}-{index}`, body };
}

export function bareTimed(object: BareVariant): RequestTemplate {
  return { method: 'POST', path: `/${object}/objects/write-{index}`, body: configMap({ sent: '{time}' }) };
}

export function bareGet(object: BareVariant, purpose: Purpose): RequestTemplate {
  return { method: 'GET', path: `/${object}/objects/${purpose}-{index}` };
}

export function barePatch(object: BareVariant, purpose: Purpose): RequestTemplate {
  return { method: 'PATCH', path: `/${object}/objects/${purpose}-{index}`, body: mergePatch };
}

export function bareList(object: BareVariant): RequestTemplate {
  return { method: 'GET', path: `/${object}/objects` };
}

export function bareWatch(object: BareVariant): RequestTemplate {
  return { method: 'GET', path: `/${object}/watch` };
}

/** Keys and values travel in base64; the key is that of `purpose` and the index, the value as large as a ConfigMap. */
export function etcdPut(purpose: Purpose): RequestTemplate {
  const value = Buffer.from(configMap({})).toString('base64');
  return { method: 'POST', path: '/v3/kv/put', body: JSON.stringify({ key: etcdKey(purpose), value }) };
}

export function etcdGet(purpose: Purpose): RequestTemplate {
  return { method: 'POST', path: '/v3/kv/range', body: JSON.stringify({ key: etcdKey(purpose) }) };
}

/** Three letters first, so that the base64 of both parts is that of the whole. */
function etcdKey(purpose: Purpose): string {
  return `${Buffer.from(purpose.slice(0, 3)).toString('base64')}{index64}`;
}
