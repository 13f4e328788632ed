import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, required, tooLong, tooMany } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import { checkCIdentifier, checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateDriverName } from '../persistent-volume/sources.ts';

/** Of most lists of a claim. */
export const maximumItems = 32;
const maximumPoolName = 253;
const maximumIdentifier = 32;

/** A pool of devices of one driver: the name of a node, mostly. */
export function validatePoolName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const errors = byteLength(name) > maximumPoolName ? [tooLong(path, maximumPoolName)] : [];
  return [...errors, ...name.split('/').flatMap((part) => invalidValues(path, part, checkDNS1123Subdomain(part)))];
}

/** An attribute or a capacity, of the driver itself or with the domain of whoever defines it. */
export function validateQualifiedName(name: string, path: string): FieldError[] {
  const [first = '', second, ...rest] = name.split('/');
  if (rest.length > 0) return [];
  if (second === undefined) return validateIdentifier(first, path);
  return [
    ...(first ? validateDriverName(first, path) : [invalidValue(path, '', 'the domain must not be empty')]),
    ...(second ? validateIdentifier(second, path) : [invalidValue(path, '', 'the name must not be empty')]),
  ];
}

function validateIdentifier(name: string, path: string): FieldError[] {
  const errors = byteLength(name) > maximumIdentifier ? [tooLong(path, maximumIdentifier)] : [];
  return [...errors, ...invalidValues(path, name, checkCIdentifier(name))];
}

export function validateFullyQualifiedName(name: string, path: string): FieldError[] {
  const errors = validateQualifiedName(name, path);
  if (name.includes('/')) return errors;
  return [
    ...errors,
    invalidValue(path, name, 'a fully qualified name must be a domain and a name separated by a slash'),
  ];
}

/** Items of a list of at most `maximum`, told apart by a key where they have one. */
export function validateItems<T>(
  items: readonly T[] | undefined,
  path: string,
  maximum: number,
  check: { item(item: T, path: string): FieldError[]; key?(item: T): string },
): FieldError[] {
  const all = items ?? [];
  if (all.length > maximum) return [tooMany(path, all.length, maximum)];
  const seen = new Set<string>();
  return all.flatMap((item, index) => {
    const at = `${path}[${index}]`;
    const key = check.key?.(item);
    const repeated = key !== undefined && seen.has(key) ? [duplicate(at, key)] : [];
    if (key !== undefined) seen.add(key);
    return [...check.item(item, at), ...repeated];
  });
}
