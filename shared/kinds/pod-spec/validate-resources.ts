import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { Container } from '../../api/object.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../../api/quantity.ts';
import { isExtended, isOvercommitAllowed, validateContainerResourceName } from '../resources/names.ts';

const one = 10n ** 9n;

export function validateResources(resources: Container['resources'], path: string): FieldError[] {
  const limits = resources?.limits ?? {};
  const limitErrors = Object.entries(limits).flatMap(([name, text]) =>
    validateResource(name, parseQuantity(text), `${path}.limits[${name}]`),
  );
  const requestErrors = Object.entries(resources?.requests ?? {}).flatMap(([name, text]) => {
    const request = parseQuantity(text);
    const limit = Object.hasOwn(limits, name) ? parseQuantity(limits[name]!) : undefined;
    return [...validateResource(name, request, `${path}.requests[${name}]`), ...compare(name, request, limit, path)];
  });
  return [...limitErrors, ...requestErrors];
}

function validateResource(name: string, quantity: Quantity, path: string): FieldError[] {
  const errors = validateContainerResourceName(name, path);
  if (quantity.nano < 0n) {
    errors.push(invalidValue(path, formatQuantity(quantity), 'must be greater than or equal to 0'));
  }
  if (isExtended(name) && quantity.nano % one !== 0n) {
    errors.push(invalidValue(path, formatQuantity(quantity), 'must be an integer'));
  }
  return errors;
}

function compare(name: string, request: Quantity, limit: Quantity | undefined, path: string): FieldError[] {
  const overcommit = isOvercommitAllowed(name);
  if (!limit) {
    return overcommit ? [] : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const relation = overcommit ? 'less than or equal to' : 'equal to';
  if (overcommit ? request.nano <= limit.nano : request.nano === limit.nano) return [];
  const detail = `must be ${relation} ${name} limit of ${formatQuantity(limit)}`;
  return [invalidValue(`${path}.requests`, formatQuantity(request), detail)];
}
