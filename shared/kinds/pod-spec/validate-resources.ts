import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { Container } from '../../api/object.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../../api/quantity.ts';
import { checkQualifiedName } from '../../api/validation.ts';

const containerResources = ['cpu', 'memory', 'ephemeral-storage'];
/** Those that stand alone without a domain somewhere in the API, though not in a container. */
const otherStandardResources = [
  'storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  ...['requests', 'limits'].flatMap((kind) => ['cpu', 'memory', 'ephemeral-storage'].map((name) => `${kind}.${name}`)),
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
];
const one = 10n ** 9n;

export function validateResources(resources: Container['resources'], path: string): FieldError[] {
  const limits = resources?.limits ?? {};
  const limitErrors = Object.entries(limits).flatMap(([name, text]) =>
    validateResource(name, parseQuantity(text), `${path}.limits[${name}]`),
  );
  const requestErrors = Object.entries(resources?.requests ?? {}).flatMap(([name, text]) => {
    const request = parseQuantity(text);
    const limit = limits[name] === undefined ? undefined : parseQuantity(limits[name]);
    return [...validateResource(name, request, `${path}.requests[${name}]`), ...compare(name, request, limit, path)];
  });
  return [...limitErrors, ...requestErrors];
}

function validateResource(name: string, quantity: Quantity, path: string): FieldError[] {
  const errors = validateName(name, path);
  if (quantity.nano < 0n) {
    errors.push(invalidValue(path, formatQuantity(quantity), 'must be greater than or equal to 0'));
  }
  if (isExtended(name) && quantity.nano % one !== 0n) {
    errors.push(invalidValue(path, formatQuantity(quantity), 'must be an integer'));
  }
  return errors;
}

function validateName(name: string, path: string): FieldError[] {
  const errors = invalidValues(path, name, checkQualifiedName(name));
  if (name.includes('/')) {
    if (errors.length === 0 && /^(requests\.|.*kubernetes\.io\/)/.test(name) && !isNative(name)) {
      errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
    }
    return errors;
  }
  const ofContainers = containerResources.includes(name) || isHugePages(name);
  if (errors.length === 0 && !ofContainers && !otherStandardResources.includes(name)) {
    errors.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'));
  }
  if (!ofContainers) errors.push(invalidValue(path, name, 'must be a standard resource for containers'));
  return errors;
}

function compare(name: string, request: Quantity, limit: Quantity | undefined, path: string): FieldError[] {
  const overcommit = isNative(name) && !isHugePages(name);
  if (!limit) {
    return overcommit ? [] : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const relation = overcommit ? 'less than or equal to' : 'equal to';
  if (overcommit ? request.nano <= limit.nano : request.nano === limit.nano) return [];
  const detail = `must be ${relation} ${name} limit of ${formatQuantity(limit)}`;
  return [invalidValue(`${path}.requests`, formatQuantity(request), detail)];
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Devices and the like: whole numbers only. */
function isExtended(name: string): boolean {
  return !isNative(name);
}
