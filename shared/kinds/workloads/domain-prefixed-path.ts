import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';

const pathFormat = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** A name with the domain of who invented it: `acme.io/foo`. */
export function validateDomainPrefixedPath(value: string, path: string): FieldError[] {
  if (value === '') return [required(path)];
  const slash = value.indexOf('/');
  const [domain, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 1 || rest === '') {
    return [invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidValues(path, domain, checkDNS1123Subdomain(domain));
  if (new RegExp(`^${pathFormat}$`).test(rest)) return errors;
  return [...errors, invalidValue(path, rest, `Invalid path (regex used for validation is '${pathFormat}')`)];
}
