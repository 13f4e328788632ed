import type { FieldError } from '../../api/errors.ts';
import { invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { checkPortName, checkPortNumber } from '../../api/validation.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateProtocol(protocol: string | undefined, path: string): FieldError[] {
  if (!protocol) return [required(path)];
  return protocols.includes(protocol) ? [] : [notSupported(path, protocol, protocols)];
}

export function validatePortNumber(port: number, path: string): FieldError[] {
  return invalidValues(path, port, checkPortNumber(port));
}

/** A port by number, or by the name that it has in a container. Absent is zero, which is no port. */
export function validatePortNumberOrName(port: number | string | undefined, path: string): FieldError[] {
  if (typeof port === 'string') return invalidValues(path, port, checkPortName(port));
  return validatePortNumber(port ?? 0, path);
}
