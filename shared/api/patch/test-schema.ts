import type { ArraySchema, Field, ObjectSchema, Schema } from '../../schema/model.ts';

/** The part of the schema of Pods that the tests of patches and of server-side apply use. */

const string: Schema = { type: 'string' };
const strings: Schema = { type: 'map', values: string };
const integer: Schema = { type: 'integer', format: 'int32' };
const object = (name: string, fields: Record<string, Schema | Field>): ObjectSchema => ({
  type: 'object',
  name,
  fields: Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, 'schema' in value ? value : { schema: value }]),
  ),
});
const list = (items: Schema, keys?: readonly string[]): ArraySchema => ({
  type: 'array',
  items,
  ...(keys ? { listType: 'map', listMapKeys: keys } : {}),
});
const merged = (schema: Schema, patchMergeKey?: string): Field => ({ schema, patchStrategy: ['merge'], patchMergeKey });
const set = (items: Schema): ArraySchema => ({ type: 'array', items, listType: 'set' });

const envVar = object('V1EnvVar', {
  name: string,
  value: string,
  valueFrom: object('V1EnvVarSource', {
    fieldRef: { ...object('V1ObjectFieldSelector', { fieldPath: string }), atomic: true },
  }),
});
const port = object('V1ContainerPort', {
  name: string,
  containerPort: integer,
  hostPort: integer,
  protocol: { type: 'string', default: 'TCP' },
});
const container = object('V1Container', {
  name: string,
  image: string,
  imagePullPolicy: string,
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  resources: object('V1ResourceRequirements', { limits: strings, requests: strings }),
  command: list(string),
  env: merged(list(envVar, ['name']), 'name'),
  ports: merged(list(port, ['containerPort', 'protocol']), 'containerPort'),
});
const volume = object('V1Volume', {
  name: string,
  hostPath: object('V1HostPathVolumeSource', { path: string }),
  emptyDir: object('V1EmptyDirVolumeSource', { medium: string }),
});
const ownerReference: ObjectSchema = {
  ...object('V1OwnerReference', { apiVersion: string, kind: string, name: string, uid: string }),
  atomic: true,
};

export const metaSchema = object('V1ObjectMeta', {
  name: string,
  generateName: string,
  namespace: string,
  uid: string,
  resourceVersion: string,
  generation: integer,
  creationTimestamp: string,
  deletionTimestamp: string,
  labels: strings,
  annotations: strings,
  finalizers: merged(set(string)),
  ownerReferences: merged(list(ownerReference, ['uid']), 'uid'),
  managedFields: list({ type: 'any' }),
});

const podSpec = object('V1PodSpec', {
  containers: merged(list(container, ['name']), 'name'),
  volumes: { ...merged(list(volume, ['name']), 'name'), patchStrategy: ['merge', 'retainKeys'] },
  nodeSelector: { ...strings, atomic: true } as Schema,
  tolerations: list(object('V1Toleration', { key: string, effect: string })),
  priority: integer,
  dnsPolicy: string,
  nodeName: string,
  restartPolicy: string,
  schedulerName: string,
  securityContext: object('V1PodSecurityContext', { runAsUser: integer }),
  terminationGracePeriodSeconds: integer,
});
const condition = object('V1PodCondition', {
  type: string,
  status: string,
  reason: string,
  message: string,
  lastTransitionTime: string,
});
const status = object('V1PodStatus', {
  phase: string,
  conditions: merged(list(condition, ['type']), 'type'),
});
const whole = (name: string, fields: Record<string, Schema | Field>) =>
  object(name, { apiVersion: string, kind: string, metadata: metaSchema, ...fields });

export const podSchema = whole('V1Pod', { spec: podSpec, status });
export const configMapSchema = whole('V1ConfigMap', { data: strings, immutable: { type: 'boolean' } });
export const deploymentSchema = whole('V1Deployment', {
  spec: object('V1DeploymentSpec', {
    replicas: integer,
    selector: { ...object('V1LabelSelector', { matchLabels: strings }), atomic: true } as Schema,
    template: object('V1PodTemplateSpec', { metadata: metaSchema, spec: podSpec }),
  }),
  status: object('V1DeploymentStatus', {
    observedGeneration: integer,
    unavailableReplicas: integer,
    conditions: merged(list({ ...condition }, ['type']), 'type'),
  }),
});
