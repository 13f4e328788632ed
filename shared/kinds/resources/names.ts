import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import { checkQualifiedName } from '../../api/validation.ts';

/** The names that resources have in containers, claims, limits and quotas. */

const containerResources = ['cpu', 'memory', 'ephemeral-storage'];

const countedObjects = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];

const quotaResources: ReadonlySet<string> = new Set([
  ...containerResources,
  ...['requests', 'limits'].flatMap((kind) => containerResources.map((name) => `${kind}.${name}`)),
  'requests.storage',
  ...countedObjects,
]);

const hugePages = 'hugepages-';

export function isHugePages(name: string): boolean {
  return name.startsWith(hugePages);
}

/** True for names of Kubernetes' own: those without a domain and those of `kubernetes.io`. */
export function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Devices and the like: whole numbers only. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && checkQualifiedName(`requests.${name}`).length === 0;
}

/** Requests may be below the limit. */
export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

export function isStandardForContainers(name: string): boolean {
  return containerResources.includes(name) || isHugePages(name);
}

export function isStandardForQuotas(name: string): boolean {
  return quotaResources.has(name) || isHugePages(name) || name.startsWith(`requests.${hugePages}`);
}

/** Measured in whole numbers. */
export function isInteger(name: string): boolean {
  return countedObjects.includes(name) || isExtended(name);
}

/** A name that is qualified, or that Kubernetes knows. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const errors = invalidValues(path, name, checkQualifiedName(name));
  const isStandard = name.includes('/') || name === 'storage' || isStandardForQuotas(name);
  if (errors.length > 0 || isStandard) return errors;
  return [invalidValue(path, name, 'must be a standard resource type or fully qualified')];
}

export function validateContainerResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    if (isStandardForContainers(name)) return errors;
    return [...errors, invalidValue(path, name, 'must be a standard resource for containers')];
  }
  if (isNative(name) || isExtended(name)) return errors;
  return [...errors, invalidValue(path, name, "doesn't follow extended resource name standard")];
}

export function validateQuotaResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (name.includes('/') || isStandardForQuotas(name)) return errors;
  return [...errors, invalidValue(path, name, 'must be a standard resource for quota')];
}
