import type { V1ObjectFieldSelector, V1ResourceFieldSelector } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import { checkQualifiedName } from '../../api/validation.ts';

/** All that the downward API knows; each use allows a part of it. */
const knownFields: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
]);
const subscriptable: ReadonlySet<string> = new Set(['metadata.annotations', 'metadata.labels']);

const resources = ['cpu', 'ephemeral-storage', 'memory']
  .flatMap((name) => [`limits.${name}`, `requests.${name}`])
  .sort();
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const cpuDivisors = ['1m', '1'];

/** `metadata.name`, `metadata.labels['app']`: a field of the Pod itself, out of `allowed`. */
export function validateFieldRef(
  { apiVersion, fieldPath }: Wire<V1ObjectFieldSelector>,
  allowed: readonly string[],
  path: string,
): FieldError[] {
  if (!apiVersion) return [required(`${path}.apiVersion`)];
  if (!fieldPath) return [required(`${path}.fieldPath`)];
  const [, field = fieldPath, subscript] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (!knownFields.has(field) || (subscript !== undefined && !subscriptable.has(field))) {
    const detail = `error converting fieldPath: field label not supported: ${fieldPath}`;
    return [invalidValue(`${path}.fieldPath`, fieldPath, detail)];
  }
  if (subscript !== undefined) {
    const key = field === 'metadata.annotations' ? subscript.toLowerCase() : subscript;
    return invalidValues(path, subscript, checkQualifiedName(key));
  }
  return allowed.includes(field) ? [] : [notSupported(`${path}.fieldPath`, fieldPath, [...allowed].sort())];
}

/** `limits.cpu` of a container; a volume belongs to none, so it must say of which. */
export function validateResourceFieldRef(
  { containerName, resource, divisor }: Wire<V1ResourceFieldSelector>,
  use: 'env' | 'volume',
  path: string,
): FieldError[] {
  if (use === 'volume' && !containerName) return [required(`${path}.containerName`)];
  if (!resource) return [required(`${path}.resource`)];
  const errors: FieldError[] = [];
  if (!resources.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, resources));
  }
  return [...errors, ...validateDivisor(resource, String(divisor ?? '0'), `${path}.divisor`)];
}

function validateDivisor(resource: string, divisor: string, path: string): FieldError[] {
  const canonical = canonicalQuantity(divisor);
  if (canonical === '0') return [];
  if (resource.endsWith('.cpu')) {
    if (cpuDivisors.includes(canonical)) return [];
    return [invalidValue(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  if (byteDivisors.includes(canonical)) return [];
  const what = resource.endsWith('.memory')
    ? 'memory'
    : resource.endsWith('storage')
      ? 'local ephemeral storage'
      : 'hugepages';
  const detail = `only divisor's values ${byteDivisors.join(', ')} are supported with the ${what} resource`;
  return [invalidValue(path, resource, detail)];
}
