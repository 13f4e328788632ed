import type { V1Volume } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Container, PodSpec, Wire } from '../../api/object.ts';
import { checkDNS1123Label, checkPortName } from '../../api/validation.ts';
import { validatePortNumber, validateProtocol } from '../networking/port.ts';
import { validateEnv, validateEnvFrom } from './validate-env.ts';
import { validateLifecycle, validateProbes } from './validate-probes.ts';
import { validateResources } from './validate-resources.ts';
import { validateContainerSecurity } from './validate-security.ts';
import { validateVolumeMounts } from './validate-volume-mounts.ts';

export type Volumes = ReadonlyMap<string, Wire<V1Volume>>;

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['FallbackToLogsOnError', 'File'];
const onlySidecars = 'may not be set for init containers without restartPolicy=Always';

/** `volumes` are the valid ones by name; mounts of others are reported as not found. */
export function validateContainers(spec: PodSpec, volumes: Volumes, path: string): FieldError[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    return [
      ...validateCommon(container, volumes, at),
      ...claimName(container, names, at),
      ...validateLifecycle(container, spec, `${at}.lifecycle`),
      ...validateProbes(container, at),
    ];
  });
  return [...errors, ...hostPortConflicts(containers, path), ...validateHostNetwork(spec, containers, path)];
}

/** Init containers run one by one, so their host ports conflict only within each; sidecars may have all that others have. */
export function validateInitContainers(spec: PodSpec, volumes: Volumes, path: string): FieldError[] {
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  return (spec.initContainers ?? []).flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const { restartPolicy } = container;
    const errors = validateCommon(container, volumes, at);
    if (restartPolicy !== undefined && restartPolicy !== 'Always') {
      errors.push(notSupported(`${at}.restartPolicy`, restartPolicy, ['Always']));
    }
    errors.push(...claimName(container, names, at), ...hostPortConflicts([container], path));
    if (restartPolicy === 'Always') {
      return [...errors, ...validateLifecycle(container, spec, `${at}.lifecycle`), ...validateProbes(container, at)];
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[field]) errors.push(forbidden(`${at}.${field}`, onlySidecars));
    }
    return errors;
  });
}

function validateCommon(container: Container, volumes: Volumes, path: string): FieldError[] {
  const { name, image, terminationMessagePolicy, imagePullPolicy } = container;
  return [
    ...(name ? invalidValues(`${path}.name`, name, checkDNS1123Label(name)) : [required(`${path}.name`)]),
    ...(image ? [] : [required(`${path}.image`)]),
    ...oneOf(terminationMessagePolicy, messagePolicies, `${path}.terminationMessagePolicy`),
    ...validatePorts(container.ports ?? [], `${path}.ports`),
    ...validateEnv(container.env ?? [], `${path}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateVolumeMounts(container, volumes, `${path}.volumeMounts`),
    ...oneOf(imagePullPolicy, pullPolicies, `${path}.imagePullPolicy`),
    ...validateResources(container.resources, `${path}.resources`),
    ...validateContainerSecurity(container.securityContext, `${path}.securityContext`),
  ];
}

function oneOf(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  if (!value) return [required(path)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

function claimName({ name }: Container, names: Set<string>, path: string): FieldError[] {
  if (names.has(name)) return [duplicate(`${path}.name`, name)];
  if (name) names.add(name);
  return [];
}

function validatePorts(ports: NonNullable<Container['ports']>, path: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name, containerPort, hostPort, protocol }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name) {
      const messages = checkPortName(name);
      errors.push(...invalidValues(`${at}.name`, name, messages));
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    if (!containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...validatePortNumber(containerPort, `${at}.containerPort`));
    if (hostPort) errors.push(...validatePortNumber(hostPort, `${at}.hostPort`));
    return [...errors, ...validateProtocol(protocol, `${at}.protocol`)];
  });
}

function hostPortConflicts(containers: readonly Container[], path: string): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ protocol, hostIP, hostPort }, at) => {
      if (!hostPort) return [];
      const key = `${protocol}/${hostIP ?? ''}/${hostPort}`;
      if (taken.has(key)) return [duplicate(`${path}[${index}].ports[${at}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

function validateHostNetwork({ hostNetwork }: PodSpec, containers: readonly Container[], path: string): FieldError[] {
  if (!hostNetwork) return [];
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort }, at) => {
      // Zero in a template: the Pod will get the right one by default.
      if (hostPort === 0 || hostPort === containerPort) return [];
      const detail = 'must match `hostPort` when `hostNetwork` is true';
      return [invalidValue(`${path}[${index}].ports[${at}].containerPort`, containerPort, detail)];
    }),
  );
}
