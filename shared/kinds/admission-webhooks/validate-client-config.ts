import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import { checkDNS1123Subdomain, checkPortNumber } from '../../api/validation.ts';

/** Where a webhook is: as admission and as the conversion of custom resources write it. */
export interface WebhookClientConfig {
  url?: string;
  service?: { namespace?: string; name?: string; path?: string; port?: number };
  caBundle?: string;
}

export function validateClientConfig(config: WebhookClientConfig | undefined, path: string): FieldError[] {
  const { url, service } = config ?? {};
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, `${path}.url`);
  return service ? validateService(service, `${path}.service`) : [];
}

const urlParts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controlCharacter = /[\x00-\x1f\x7f]/;

function validateUrl(text: string, path: string): FieldError[] {
  const form = '; desired format: https://host[/path]';
  const parts = controlCharacter.test(text) ? null : urlParts.exec(text);
  if (!parts) {
    const why = `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`;
    return [required(path, `url must be a valid URL: ${why}${form}`)];
  }
  const [, scheme = '', authority = '', query = '', fragment = ''] = parts;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const errors: FieldError[] = [];
  const refuse = (value: string, why: string) => errors.push(invalidValue(path, value, why));
  if (scheme.toLowerCase() !== 'https') refuse(scheme, `'https' is the only allowed URL scheme${form}`);
  if (host === '') refuse(host, `host must be specified${form}`);
  if (at >= 0) refuse(authority.slice(0, at), 'user information is not permitted in the URL');
  if (fragment.length > 1) refuse(fragment.slice(1), 'fragments are not permitted in the URL');
  if (query.length > 1) refuse(query.slice(1), 'query parameters are not permitted in the URL');
  return errors;
}

function validateService(service: NonNullable<WebhookClientConfig['service']>, path: string): FieldError[] {
  const { name, namespace, path: urlPath, port = 443 } = service;
  return [
    // Each is reported under the name of the other, as in Kubernetes.
    ...(namespace ? [] : [required(`${path}.name`)]),
    ...(name ? [] : [required(`${path}.namespace`)]),
    ...portErrors(port, `${path}.port`),
    ...validatePath(urlPath, `${path}.path`),
  ];
}

function portErrors(port: number, path: string): FieldError[] {
  const messages = checkPortNumber(port);
  return messages.length === 0 ? [] : [invalidValue(path, port, `port is not valid: ${messages.join(', ')}`)];
}

function validatePath(urlPath: string | undefined, path: string): FieldError[] {
  if (urlPath === undefined || urlPath === '' || urlPath === '/') return [];
  if (urlPath === '//') return [invalidValue(path, urlPath, 'segment[0] may not be empty')];
  const errors = urlPath.startsWith('/') ? [] : [invalidValue(path, urlPath, "must start with a '/'")];
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/');
  for (const [index, step] of steps.entries()) {
    if (step === '') errors.push(invalidValue(path, urlPath, `segment[${index}] may not be empty`));
    else {
      const messages = checkDNS1123Subdomain(step).map((message) => `segment[${index}]: ${message}`);
      errors.push(...invalidValues(path, urlPath, messages));
    }
  }
  return errors;
}
