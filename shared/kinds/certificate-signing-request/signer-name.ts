import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required, tooLong } from '../../api/field-errors.ts';
import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation.ts';

const maxDomain = 253;
/** A label and a subdomain, with the dot between them: the name of an object and where it is. */
const maxPath = 253 + 63 + 1;

/** `example.com/signer`: a domain, which says whose signer it is, and a name. */
export function validateSignerName(path: string, name: string): FieldError[] {
  if (name === '') return [required(path)];
  const [domain = '', signer, ...others] = name.split('/');
  if (signer === undefined || others.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(path, name, detail)];
  }
  const errors: FieldError[] = [];
  const labels = domain.split('.');
  if (domain.length > maxDomain) errors.push(tooLong(path, maxDomain));
  errors.push(...firstInvalid(path, { whole: domain, labels, check: checkDNS1123Label }));
  if (labels.length < 2) {
    errors.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'));
  }
  errors.push(...firstInvalid(path, { whole: signer, labels: signer.split('.'), check: checkDNS1123Subdomain }));
  const longest = maxDomain + maxPath + 1;
  if (name.length > longest) errors.push(tooLong(path, longest));
  return errors;
}

/** What is wrong with the first label that something is wrong with. */
function firstInvalid(
  path: string,
  { whole, labels, check }: { whole: string; labels: string[]; check(value: string): readonly string[] },
): FieldError[] {
  for (const label of labels) {
    const messages = check(label).map((message) => `validating label ${JSON.stringify(label)}: ${message}`);
    if (messages.length > 0) return invalidValues(path, whole, messages);
  }
  return [];
}
