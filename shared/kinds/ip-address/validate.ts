import type { FieldError } from '../../api/errors.ts';
import { invalidValues, required } from '../../api/field-errors.ts';
import type { IPAddress } from '../../api/object.ts';
import { checkDNS1123Subdomain, checkPathSegmentName, validateImmutableField } from '../../api/validation.ts';
import { validateSegment } from '../ingress/validate-backend.ts';

const path = 'spec.parentRef';

export function validateIPAddress({ spec }: IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  if (!parent) return [required(path)];
  const { group, resource, name, namespace } = parent;
  return [
    ...(group ? invalidValues(`${path}.group`, group, checkDNS1123Subdomain(group)) : []),
    ...validateSegment(resource, `${path}.resource`),
    ...validateSegment(name, `${path}.name`),
    ...(namespace ? invalidValues(`${path}.namespace`, namespace, checkPathSegmentName(namespace)) : []),
  ];
}

export function validateIPAddressUpdate(next: IPAddress, old: IPAddress): FieldError[] {
  return validateImmutableField(next.spec?.parentRef, old.spec?.parentRef, path);
}
