import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { ServicePort } from '../../api/object.ts';
import { checkDNS1123Label, checkQualifiedName } from '../../api/validation.ts';
import { validatePortNumber, validatePortNumberOrName, validateProtocol } from '../networking/port.ts';
import type { ServiceSpec } from './service-type.ts';

/** Where the agent of Kubernetes' own nodes listens. */
const kubeletPort = 10250;

export function validateServicePorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  return [
    ...validateEach(ports),
    ...ports.flatMap((port, index) => validateForType(port, spec.type, `spec.ports[${index}]`)),
    ...duplicateNodePorts(ports),
    ...duplicatePorts(ports),
  ];
}

function validateEach(ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const errors = validateName(port, ports.length > 1, names, `${path}.name`);
    errors.push(...validatePortNumber(port.port ?? 0, `${path}.port`));
    errors.push(...validateProtocol(port.protocol, `${path}.protocol`));
    errors.push(...validatePortNumberOrName(port.targetPort as number | string | undefined, `${path}.targetPort`));
    if (port.appProtocol) {
      errors.push(...invalidValues(`${path}.appProtocol`, port.appProtocol, checkQualifiedName(port.appProtocol)));
    }
    return errors;
  });
}

function validateName({ name }: ServicePort, needed: boolean, names: Set<string>, path: string): FieldError[] {
  if (!name) return needed ? [required(path)] : [];
  const errors = invalidValues(path, name, checkDNS1123Label(name));
  if (names.has(name)) errors.push(duplicate(path, name));
  names.add(name);
  return errors;
}

function validateForType({ port, nodePort }: ServicePort, type: string | undefined, path: string): FieldError[] {
  if (type === 'LoadBalancer' && port === kubeletPort) {
    return [invalidValue(path, port, `may not expose port ${kubeletPort} externally since it is used by kubelet`)];
  }
  if (type === 'ClusterIP' && nodePort) {
    return [forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")];
  }
  return [];
}

function duplicateNodePorts(ports: readonly ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ protocol, nodePort }, index) => {
    if (!nodePort) return [];
    const key = `${protocol}/${nodePort}`;
    const twice = seen.has(key);
    seen.add(key);
    return twice ? [duplicate(`spec.ports[${index}].nodePort`, nodePort)] : [];
  });
}

function duplicatePorts(ports: readonly ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ protocol, port }, index) => {
    const key = `${protocol}/${port}`;
    const twice = seen.has(key);
    seen.add(key);
    return twice ? [duplicate(`spec.ports[${index}]`, { protocol, port })] : [];
  });
}
