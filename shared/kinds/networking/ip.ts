import ipaddr from 'ipaddr.js';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import { checkCIDR, checkIP } from '../../api/validation.ts';

export function validateIP(ip: string, path: string): FieldError[] {
  return invalidValues(path, ip, checkIP(ip));
}

export function validateCIDR(cidr: string, path: string): FieldError[] {
  return invalidValues(path, cidr, checkCIDR(cidr));
}

const special: Readonly<Record<string, string>> = {
  loopback: 'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  linkLocal: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
};

/** Addresses that mean something else on every machine are no endpoints. `ip` is a valid address. */
export function validateNonSpecialIP(ip: string, path: string): FieldError[] {
  const detail = specialMeaning(ip);
  return detail ? [invalidValue(path, ip, detail)] : [];
}

function specialMeaning(ip: string): string | undefined {
  if (/^[0:.]+$/.test(ip)) return `may not be unspecified (${ip})`;
  if (/^(224\.0\.0\.|ff02:)/i.test(ip)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  }
  return special[ipaddr.parse(ip).range()];
}
