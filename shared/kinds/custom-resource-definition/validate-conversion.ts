import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { checkDNS1035Label, checkDNS1123Subdomain, checkPortNumber } from '../../api/validation.ts';
import type { CustomResourceConversion, WebhookClientConfig } from './types.ts';

/** Versions of ConversionReview that this server speaks, and that it knows to have existed. */
export const reviewVersions: readonly string[] = ['v1', 'v1beta1'];

/** @param requiresKnownVersion false where an earlier version of the definition had none that is known */
export function validateConversion(
  conversion: CustomResourceConversion | undefined,
  path: string,
  { requiresKnownVersion }: { requiresKnownVersion: boolean },
): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook = {} } = conversion;
  const { clientConfig, conversionReviewVersions = [] } = webhook;
  const errors: FieldError[] = [];
  const configPath = `${path}.webhookClientConfig`;
  const versionsPath = `${path}.conversionReviewVersions`;
  if (!strategy) errors.push(required(`${path}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']));
  }
  if (strategy === 'Webhook') {
    if (clientConfig) errors.push(...validateClientConfig(clientConfig, configPath));
    else errors.push(required(configPath, 'required when strategy is set to Webhook'));
    return [...errors, ...validateReviewVersions(conversionReviewVersions, versionsPath, requiresKnownVersion)];
  }
  const why = 'should not be set when strategy is not set to Webhook';
  if (clientConfig) errors.push(forbidden(configPath, why));
  if (conversionReviewVersions.length > 0) errors.push(forbidden(versionsPath, why));
  return errors;
}

function validateReviewVersions(versions: readonly string[], path: string, requiresKnown: boolean): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors = versions.flatMap((version, index) => {
    const place = `${path}[${index}]`;
    if (versions.indexOf(version) < index) return [invalidValue(place, version, 'duplicate version')];
    return checkDNS1035Label(version).map((problem) => invalidValue(place, version, problem));
  });
  if (requiresKnown && !versions.some((version) => reviewVersions.includes(version))) {
    errors.push(invalidValue(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  }
  return errors;
}

function validateClientConfig({ url, service }: WebhookClientConfig, path: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, `${path}.url`);
  const { name, namespace, port = 443, path: servicePath } = service!;
  const servicePathPath = `${path}.service`;
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${servicePathPath}.name`));
  if (!namespace) errors.push(required(`${servicePathPath}.namespace`));
  const problems = checkPortNumber(port);
  if (problems.length > 0) {
    errors.push(invalidValue(`${servicePathPath}.port`, port, `port is not valid: ${problems.join(', ')}`));
  }
  return servicePath ? [...errors, ...validateServicePath(servicePath, `${servicePathPath}.path`)] : errors;
}

const form = '; desired format: https://host[/path]';

function validateUrl(text: string, path: string): FieldError[] {
  const parts = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/i.exec(text);
  // Go's parser refuses what no URL holds.
  if (!parts || /[\0-\x20\x7f]/.test(text)) {
    return [required(path, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URL${form}`)];
  }
  const [, scheme = '', user, host = '', query = '', fragment = ''] = parts;
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(invalidValue(path, scheme, `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(invalidValue(path, host, `host must be specified${form}`));
  if (user !== undefined) errors.push(invalidValue(path, user, 'user information is not permitted in the URL'));
  if (fragment.length > 1) {
    errors.push(invalidValue(path, fragment.slice(1), 'fragments are not permitted in the URL'));
  }
  if (query.length > 1) {
    errors.push(invalidValue(path, query.slice(1), 'query parameters are not permitted in the URL'));
  }
  return errors;
}

function validateServicePath(text: string, path: string): FieldError[] {
  if (text === '/') return [];
  if (text === '//') return [invalidValue(path, text, 'segment[0] may not be empty')];
  const errors: FieldError[] = text.startsWith('/') ? [] : [invalidValue(path, text, "must start with a '/'")];
  const steps = text.slice(1).replace(/\/$/, '').split('/');
  for (const [index, step] of steps.entries()) {
    const problems = step === '' ? [] : checkDNS1123Subdomain(step);
    if (step === '') errors.push(invalidValue(path, text, `segment[${index}] may not be empty`));
    errors.push(...problems.map((problem) => invalidValue(path, text, `segment[${index}]: ${problem}`)));
  }
  return errors;
}
