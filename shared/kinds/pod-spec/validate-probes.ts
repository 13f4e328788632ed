import type { V1HTTPGetAction, V1LifecycleHandler, V1Probe } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Container, PodSpec, Wire } from '../../api/object.ts';
import { checkHTTPHeaderName } from '../../api/validation.ts';
import { validatePortNumber, validatePortNumberOrName } from '../networking/port.ts';
import { validateNonNegative } from './numbers.ts';

type Handler = Wire<V1Probe> & Wire<V1LifecycleHandler>;

const schemes = ['HTTP', 'HTTPS'];
const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

export function validateProbes(container: Container, path: string): FieldError[] {
  return (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((field) => {
    const probe = container[field];
    if (!probe) return [];
    const at = `${path}.${field}`;
    const errors = validateProbe(probe, at);
    if (field === 'readinessProbe') {
      const grace = probe.terminationGracePeriodSeconds;
      if (grace === undefined) return errors;
      const detail = 'must not be set for readinessProbes';
      return [...errors, invalidValue(`${at}.terminationGracePeriodSeconds`, grace, detail)];
    }
    if (probe.successThreshold !== 1) {
      errors.push(invalidValue(`${at}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
    }
    return errors;
  });
}

function validateProbe(probe: Wire<V1Probe>, path: string): FieldError[] {
  const errors = validateHandler(probe as Handler, path);
  for (const field of counts) errors.push(...validateNonNegative(probe[field], `${path}.${field}`));
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  return errors;
}

export function validateLifecycle({ lifecycle }: Container, spec: PodSpec, path: string): FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((hook) => {
    const handler = lifecycle?.[hook];
    if (!handler) return [];
    const at = `${path}.${hook}`;
    return [...validateHandler(handler as Handler, at), ...validateSleep(handler, spec, `${at}.sleep`)];
  });
}

function validateSleep({ sleep }: Wire<V1LifecycleHandler>, spec: PodSpec, path: string): FieldError[] {
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  if (!sleep || (sleep.seconds >= 0 && sleep.seconds <= grace)) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return [invalidValue(path, sleep.seconds, detail)];
}

/** Exactly one way to act. */
function validateHandler(handler: Handler, path: string): FieldError[] {
  const actions = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;
  const present = actions.filter((action) => handler[action]);
  if (present.length === 0) return [required(path, 'must specify a handler type')];
  const [first, ...others] = present;
  return [
    ...validateAction(handler, first as (typeof actions)[number], path),
    ...others.map((action) => forbidden(`${path}.${action}`, 'may not specify more than 1 handler type')),
  ];
}

function validateAction(
  { exec, httpGet, tcpSocket, grpc }: Handler,
  action: 'exec' | 'httpGet' | 'tcpSocket' | 'grpc' | 'sleep',
  path: string,
): FieldError[] {
  switch (action) {
    case 'exec':
      return exec?.command?.length ? [] : [required(`${path}.exec.command`)];
    case 'httpGet':
      return httpGet ? validateHTTPGet(httpGet, `${path}.httpGet`) : [];
    case 'tcpSocket':
      return validatePortNumberOrName(tcpSocket?.port as number | string | undefined, `${path}.tcpSocket.port`);
    case 'grpc':
      return validatePortNumber(grpc?.port ?? 0, `${path}.grpc.port`);
    case 'sleep':
      return [];
  }
}

function validateHTTPGet(action: Wire<V1HTTPGetAction>, path: string): FieldError[] {
  const errors = action.path ? [] : [required(`${path}.path`)];
  errors.push(...validatePortNumberOrName(action.port as number | string | undefined, `${path}.port`));
  if (!schemes.includes(action.scheme ?? '')) errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', schemes));
  for (const { name } of action.httpHeaders ?? []) {
    errors.push(...invalidValues(`${path}.httpHeaders`, name, checkHTTPHeaderName(name)));
  }
  return errors;
}
