import { Buffer } from 'node:buffer';
import type { Container, Pod } from '../../shared/api/object.ts';
import { type ClusterView, ContainerConfigError } from './cluster-view.ts';
import { expand } from './expansion.ts';
import { fieldValue, type PodFacts, resourceFieldValue } from './field-ref.ts';
import { serviceEnvironment } from './service-env.ts';

type EnvVar = NonNullable<Container['env']>[number];
type EnvSource = NonNullable<EnvVar['valueFrom']>;

export interface EnvInput {
  pod: Pod;
  container: Container;
  cluster: ClusterView;
  facts: PodFacts;
}

/**
 * The environment of a container, in the kubelet's order of precedence: its own `env`, then `envFrom`, then Services.
 * Throws ContainerConfigError where something that it needs is missing.
 */
export function containerEnvironment(input: EnvInput): Map<string, string> {
  const { pod, container, cluster } = input;
  const services = serviceEnvironment(cluster.services(), {
    namespace: pod.metadata.namespace ?? '',
    enableServiceLinks: pod.spec?.enableServiceLinks ?? true,
  });
  const env = new Map<string, string>();
  for (const source of container.envFrom ?? []) addAll(env, source, input);
  const lookUp = (name: string) => env.get(name) ?? services.get(name);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? valueFrom(variable.valueFrom, input) : expand(variable.value ?? '', lookUp);
    if (value !== undefined) env.set(variable.name, value);
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value);
  return env;
}

function addAll(
  env: Map<string, string>,
  source: NonNullable<Container['envFrom']>[number],
  { pod, cluster }: EnvInput,
): void {
  const namespace = pod.metadata.namespace ?? '';
  const { configMapRef, secretRef, prefix = '' } = source;
  if (configMapRef) {
    const found = cluster.configMap(namespace, configMapRef.name ?? '');
    if (!found && !configMapRef.optional) throw new ContainerConfigError(`configmap "${configMapRef.name}" not found`);
    for (const [key, value] of Object.entries(found?.data ?? {})) env.set(prefix + key, value);
  }
  if (secretRef) {
    const found = cluster.secret(namespace, secretRef.name ?? '');
    if (!found && !secretRef.optional) throw new ContainerConfigError(`secret "${secretRef.name}" not found`);
    for (const [key, value] of Object.entries(found?.data ?? {})) env.set(prefix + key, decode(value));
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** Undefined where an optional reference leads nowhere: the variable is not set at all. */
function valueFrom(source: EnvSource, { pod, container, cluster, facts }: EnvInput): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  if (source.fieldRef) {
    const value = fieldValue(pod, source.fieldRef.fieldPath, facts);
    if (value === undefined) throw new ContainerConfigError(`unsupported fieldPath: ${source.fieldRef.fieldPath}`);
    return value;
  }
  if (source.resourceFieldRef) {
    const { containerName, resource, divisor } = source.resourceFieldRef;
    const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const target = containerName ? all.find(({ name }) => name === containerName) : container;
    const value = target && resourceFieldValue(target, { resource, ...(divisor ? { divisor } : {}) }, facts);
    if (value === undefined) throw new ContainerConfigError(`unsupported container resource : ${resource}`);
    return value;
  }
  if (source.configMapKeyRef) {
    const { name = '', key, optional } = source.configMapKeyRef;
    const found = cluster.configMap(namespace, name);
    const value = found?.data?.[key];
    if (value !== undefined || optional) return value;
    const problem = found
      ? `couldn't find key ${key} in ConfigMap ${namespace}/${name}`
      : `configmap "${name}" not found`;
    throw new ContainerConfigError(problem);
  }
  if (source.secretKeyRef) {
    const { name = '', key, optional } = source.secretKeyRef;
    const found = cluster.secret(namespace, name);
    const value = found?.data?.[key];
    if (value !== undefined) return decode(value);
    if (optional) return undefined;
    const problem = found ? `couldn't find key ${key} in Secret ${namespace}/${name}` : `secret "${name}" not found`;
    throw new ContainerConfigError(problem);
  }
  return '';
}
