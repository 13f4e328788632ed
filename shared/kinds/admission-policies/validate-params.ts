import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { ParamKind, ParamRef } from '../../api/object.ts';
import { checkDNS1035Label, checkDNS1123Subdomain, checkPathSegmentName } from '../../api/validation.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';

/** The kind of objects that parameterize a policy. */
export function validateParamKind({ apiVersion, kind }: ParamKind, path: string): FieldError[] {
  return [...validateApiVersion(apiVersion ?? '', `${path}.apiVersion`), ...validateKind(kind ?? '', `${path}.kind`)];
}

function validateApiVersion(apiVersion: string, path: string): FieldError[] {
  if (apiVersion === '') return [required(path)];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) return [invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [group, version] = parts.length === 2 ? (parts as [string, string]) : ['', parts[0]!];
  const errors: FieldError[] = [];
  const wrongGroup = group === '' ? [] : checkDNS1123Subdomain(group);
  if (wrongGroup.length > 0) errors.push(invalidValue(path, group, wrongGroup.join(',')));
  if (version === '') return [...errors, invalidValue(path, apiVersion, 'version must be specified')];
  const wrongVersion = checkDNS1035Label(version);
  if (wrongVersion.length > 0) errors.push(invalidValue(path, version, wrongVersion.join(',')));
  return errors;
}

function validateKind(kind: string, path: string): FieldError[] {
  if (kind === '') return [required(path)];
  const messages = checkDNS1035Label(kind.toLowerCase());
  if (messages.length === 0) return [];
  return [invalidValue(path, kind, `may have mixed case, but should otherwise match: ${messages.join(',')}`)];
}

const notFoundActions = ['Deny', 'Allow'];

/** Which objects of that kind a binding uses. */
export function validateParamRef(ref: ParamRef | undefined, path: string): FieldError[] {
  if (!ref) return [];
  const { name, selector, parameterNotFoundAction: action } = ref;
  const errors: FieldError[] = [];
  if (name) {
    errors.push(...invalidValues(`${path}.name`, name, checkPathSegmentName(name)));
    if (selector) errors.push(forbidden(`${path}.name`, 'name and selector are mutually exclusive'));
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, `${path}.selector`));
    if (name) errors.push(forbidden(`${path}.selector`, 'name and selector are mutually exclusive'));
  }
  if (!name && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  if (!action) errors.push(required(`${path}.parameterNotFoundAction`));
  else if (!notFoundActions.includes(action)) {
    errors.push(notSupported(`${path}.parameterNotFoundAction`, action, notFoundActions));
  }
  return errors;
}
