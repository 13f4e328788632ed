/** The same object as a kind that is built in and as custom resources, and the requests about it. */
import type { RequestTemplate } from '../../load/job.ts';

export interface MeasuredKind {
  apiVersion: string;
  kind: string;
  /** Of its objects in the namespace that is measured. */
  collection: string;
}

export const measuredNamespace = 'bench-custom';
const group = 'bench.example';

const inNamespace = (prefix: string, plural: string) => `${prefix}/namespaces/${measuredNamespace}/${plural}`;

/** A kind of many fields that nothing acts on. */
export const podTemplates: MeasuredKind = {
  apiVersion: 'v1',
  kind: 'PodTemplate',
  collection: inNamespace('/api/v1', 'podtemplates'),
};

const custom = (kind: string, plural: string): MeasuredKind => ({
  apiVersion: `${group}/v1`,
  kind,
  collection: inNamespace(`/apis/${group}/v1`, plural),
});
export const recipes = custom('Recipe', 'recipes');
export const ruledRecipes = custom('RuledRecipe', 'ruledrecipes');

const text = { type: 'string' };
const integer = { type: 'integer', format: 'int32' };
const quantity = { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i?|m)?$' };
const texts = { type: 'object', additionalProperties: text };
const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more });
const fields = (properties: Record<string, object>, more: object = {}) => ({ type: 'object', properties, ...more });
const keyed = (key: string, items: object) =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key], maxItems: 20 });

const name = { ...text, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const amounts = { type: 'object', additionalProperties: quantity, maxProperties: 10 };
const source = fields({ name, key: text, optional: { type: 'boolean' } });
const action = fields({
  exec: fields({ command: list(text) }),
  httpGet: fields({
    path: text,
    port: { 'x-kubernetes-int-or-string': true },
    scheme: { ...text, enum: ['HTTP', 'HTTPS'] },
  }),
  tcpSocket: fields({ port: { 'x-kubernetes-int-or-string': true } }),
  initialDelaySeconds: integer,
  timeoutSeconds: { ...integer, minimum: 1, default: 1 },
  periodSeconds: { ...integer, minimum: 1, default: 10 },
  successThreshold: { ...integer, minimum: 1, default: 1 },
  failureThreshold: { ...integer, minimum: 1, default: 3 },
});
const container = fields(
  {
    name,
    image: { ...text, maxLength: 500 },
    command: list(text),
    args: list(text),
    workingDir: text,
    env: keyed(
      'name',
      fields(
        {
          name: { ...text, maxLength: 100 },
          value: text,
          valueFrom: fields({ secretKeyRef: source, configMapKeyRef: source }),
        },
        { required: ['name'] },
      ),
    ),
    ports: list(
      fields(
        {
          name,
          containerPort: { ...integer, minimum: 1, maximum: 65535 },
          protocol: { ...text, enum: ['TCP', 'UDP'], default: 'TCP' },
        },
        { required: ['containerPort'] },
      ),
      { maxItems: 20 },
    ),
    resources: fields({ requests: amounts, limits: amounts }),
    volumeMounts: keyed(
      'mountPath',
      fields(
        { name, mountPath: { ...text, maxLength: 500 }, subPath: text, readOnly: { type: 'boolean' } },
        { required: ['name', 'mountPath'] },
      ),
    ),
    livenessProbe: action,
    readinessProbe: action,
    startupProbe: action,
    securityContext: fields({ runAsUser: { type: 'integer', format: 'int64' }, privileged: { type: 'boolean' } }),
    terminationMessagePath: { ...text, default: '/dev/termination-log' },
    imagePullPolicy: { ...text, enum: ['Always', 'IfNotPresent', 'Never'], default: 'IfNotPresent' },
  },
  { required: ['name', 'image'] },
);

const rules = [
  { rule: 'self.containers.size() > 0', message: 'must have a container' },
  { rule: 'self.containers.all(c, self.containers.exists_one(d, d.name == c.name))', message: 'names must be unique' },
  { rule: "self.containers.all(c, c.image.contains(':'))", message: 'images must have a tag' },
  { rule: "!has(self.restartPolicy) || self.restartPolicy != 'Never' || has(self.schedulerName)" },
  { rule: 'self.containers.all(c, !has(c.ports) || c.ports.all(p, p.containerPort != 22))', message: 'no ssh' },
];

function schemaWith(validations: readonly object[]): object {
  const spec = fields(
    {
      containers: keyed('name', container),
      initContainers: keyed('name', container),
      volumes: keyed(
        'name',
        fields(
          { name, configMap: source, secret: source, emptyDir: fields({ medium: text, sizeLimit: quantity }) },
          { required: ['name'] },
        ),
      ),
      nodeSelector: texts,
      tolerations: list(fields({ key: text, operator: text, value: text, effect: text, tolerationSeconds: integer })),
      restartPolicy: { ...text, enum: ['Always', 'OnFailure', 'Never'], default: 'Always' },
      terminationGracePeriodSeconds: { ...integer, default: 30 },
      dnsPolicy: { ...text, default: 'ClusterFirst' },
      schedulerName: { ...text, default: 'default-scheduler' },
      serviceAccountName: text,
      hostNetwork: { type: 'boolean' },
    },
    { required: ['containers'], ...(validations.length > 0 ? { 'x-kubernetes-validations': validations } : {}) },
  );
  const metadata = fields({ labels: texts, annotations: texts });
  return fields({ template: fields({ metadata, spec }) });
}

function definition({ kind, collection }: MeasuredKind, validations: readonly object[]): object {
  const plural = collection.split('/').at(-1);
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schemaWith(validations) } }],
    },
  };
}

export const definitions = [definition(recipes, []), definition(ruledRecipes, rules)];

const labels = { app: 'bench', tier: 'measured', 'app.kubernetes.io/part-of': 'bench' };

function object({ apiVersion, kind }: MeasuredKind, index: string, annotations: Record<string, string>): string {
  const env = ['ONE', 'TWO', 'THREE', 'FOUR'].map((one) => ({ name: one, value: `the value of ${one}` }));
  const containers = ['app', 'sidecar'].map((one) => ({
    name: one,
    image: `registry.example/${one}:v1.2.3`,
    env,
    ports: [{ name: `port-${one}`, containerPort: one === 'app' ? 8080 : 9090, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' }, periodSeconds: 5 },
  }));
  const template = { metadata: { labels }, spec: { restartPolicy: 'Always', containers } };
  return JSON.stringify({ apiVersion, kind, metadata: { name: `r-${index}`, labels, annotations }, template });
}

/** A request about a kind, by its name in the table. */
export const operations: Readonly<Record<string, (kind: MeasuredKind) => RequestTemplate>> = {
  create: (kind) => ({ method: 'POST', path: kind.collection, body: object(kind, '{sequence}', {}) }),
  get: (kind) => ({ method: 'GET', path: `${kind.collection}/r-{index}` }),
  'merge patch': (kind) => ({
    method: 'PATCH',
    path: `${kind.collection}/r-{index}`,
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ metadata: { labels: { changed: 'to-{sequence}' } } }),
  }),
  apply: (kind) => ({
    method: 'PATCH',
    path: `${kind.collection}/r-{index}?fieldManager=bench&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: object(kind, '{index}', { 'bench.example/turn': '{sequence}' }),
  }),
  'list 100': (kind) => ({ method: 'GET', path: `${kind.collection}?limit=100` }),
};

/** What reads and changes go over. */
export function fill(kind: MeasuredKind): RequestTemplate {
  return { method: 'POST', path: kind.collection, body: object(kind, '{index}', {}) };
}
