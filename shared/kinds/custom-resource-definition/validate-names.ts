import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import { checkDNS1035Label } from '../../api/validation.ts';
import type { CustomResourceNames } from './types.ts';

/** How names must look wherever they are. */
export function validateNames(names: Partial<CustomResourceNames>, path: string): FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const errors = [...label(plural, `${path}.plural`), ...label(singular, `${path}.singular`)];
  errors.push(...mixedCase(kind, `${path}.kind`), ...mixedCase(listKind, `${path}.listKind`));
  errors.push(...shortNames.flatMap((name, index) => label(name, `${path}.shortNames[${index}]`, true)));
  // A list could not be told from an object.
  if (kind && kind === listKind) {
    errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  errors.push(...categories.flatMap((name, index) => label(name, `${path}.categories[${index}]`, true)));
  return errors;
}

/** What a specification must say, besides. */
export function requireNames(names: Partial<CustomResourceNames>, path: string): FieldError[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((field) => !names[field])
    .map((field) => required(`${path}.${field}`));
}

function label(value: string | undefined, path: string, isRequired = false): FieldError[] {
  if (!value && !isRequired) return [];
  const problems = checkDNS1035Label(value ?? '');
  return problems.length > 0 ? [invalidValue(path, value ?? '', problems.join())] : [];
}

function mixedCase(value: string | undefined, path: string): FieldError[] {
  if (!value) return [];
  const problems = checkDNS1035Label(value.toLowerCase());
  if (problems.length === 0) return [];
  return [invalidValue(path, value, `may have mixed case, but should otherwise match: ${problems.join()}`)];
}
