import type { FieldError } from '../../api/errors.ts';
import { immutable, invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { ServiceCIDR } from '../../api/object.ts';
import { checkCanonicalCIDR, ipFamily } from '../../api/validation.ts';

const path = 'spec.cidrs';

/** One range of each family at most. */
export function validateServiceCIDR({ spec }: ServiceCIDR): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(path, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue(path, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, index) => invalidValues(`${path}[${index}]`, cidr, checkCanonicalCIDR(cidr)));
  const [first, second] = cidrs.map(ipFamily);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalidValue(path, cidrs, detail));
  }
  return errors;
}

/** Addresses have been given out of it: a range of the other family may join, nothing else may change. */
export function validateServiceCIDRUpdate(next: ServiceCIDR, old: ServiceCIDR): FieldError[] {
  const [before, after] = [old.spec?.cidrs ?? [], next.spec?.cidrs ?? []];
  const isExtended = before.length === 1 && after.length === 2;
  if (before.length !== after.length && !isExtended) return [immutable(path, after)];
  return before.flatMap((cidr, index) =>
    cidr === after[index] ? [] : [immutable(`${path}[${index}]`, after[index] ?? '')],
  );
}
