import type { V1IngressBackend, V1IngressServiceBackend, V1TypedLocalObjectReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import {
  checkDNS1123Label,
  checkDNS1123Subdomain,
  checkPathSegmentName,
  checkPortName,
  checkPortNumber,
} from '../../api/validation.ts';

/** Where requests go: to a port of a Service, or to an object that some controller understands. */
export function validateBackend({ resource, service }: V1IngressBackend, path: string): FieldError[] {
  if (resource && service) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateResource(resource, `${path}.resource`);
  if (service) return validateService(service, path);
  return [invalidValue(path, '', 'resource or service backend is required')];
}

function validateService({ name, port = {} }: V1IngressServiceBackend, path: string): FieldError[] {
  const at = `${path}.service.name`;
  const errors = name ? invalidValues(at, name, checkDNS1123Label(name)) : [required(at)];
  if (port.name && port.number) return [...errors, invalidValue(path, '', 'cannot set both port name & port number')];
  if (port.name) return [...errors, ...invalidValues(`${path}.service.port.name`, port.name, checkPortName(port.name))];
  if (!port.number) return [...errors, required(path, 'port name or number is required')];
  return [...errors, ...invalidValues(`${path}.service.port.number`, port.number, checkPortNumber(port.number))];
}

function validateResource({ apiGroup, kind, name }: V1TypedLocalObjectReference, path: string): FieldError[] {
  const group =
    typeof apiGroup !== 'string' ? [] : invalidValues(`${path}.apiGroup`, apiGroup, checkDNS1123Subdomain(apiGroup));
  return [...group, ...validateSegment(kind, `${path}.kind`), ...validateSegment(name, `${path}.name`)];
}

/** A name that becomes part of the path of a URL. */
export function validateSegment(value: string | undefined, path: string): FieldError[] {
  return value ? invalidValues(path, value, checkPathSegmentName(value)) : [required(path)];
}
