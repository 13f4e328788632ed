import { byteLength } from '../go-format.ts';

/**
 * Syntax rules for single values. Every `check*` function returns Kubernetes' messages for what is wrong, or an empty
 * list; `invalidValues` of `field-errors.ts` makes field errors of them.
 */

const none: readonly string[] = [];

interface Rule {
  matches: RegExp;
  /** The message when it does not match, complete. */
  message: string;
}

function rule(message: string, format: string, ...examples: string[]): Rule {
  // The blank after every comma and the one before "or" are both upstream's.
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return {
    matches: new RegExp(`^${format}$`),
    message: `${message} (e.g. ${list}regex used for validation is '${format}')`,
  };
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1123Label = rule(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  'my-name',
  '123-abc',
);
const dns1123Subdomain = rule(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  `${label}(\\.${label})*`,
  'example.com',
);
const dns1035Label = rule(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  'my-name',
  'abc-123',
);
const wildcardSubdomain = rule(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${label}(\\.${label})*`,
  '*.example.com',
);
const labelName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const qualifiedName = rule(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  labelName,
  'MyName',
  'my.name',
  '123-abc',
);
const labelValue = rule(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${labelName})?`,
  'MyValue',
  'my_value',
  '12345',
);
const cIdentifier = rule(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  '[A-Za-z_][A-Za-z0-9_]*',
  'my_name',
  'MY_NAME',
  'MyName',
);
const configMapKey = rule(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  'key.name',
  'KEY_NAME',
  'key-name',
);
const percent = rule(
  "a valid percent string must be a numeric string followed by an ending '%'",
  '[0-9]+%',
  '1%',
  '93%',
);
const httpHeaderName = rule(
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  '[-A-Za-z0-9]+',
  'X-Header-Name',
);

function follow({ matches, message }: Rule, value: string): readonly string[] {
  return matches.test(value) ? none : [message];
}

function atMost(length: number, value: string, unit: 'characters' | 'bytes'): readonly string[] {
  return byteLength(value) > length ? [`must be no more than ${length} ${unit}`] : none;
}

function both(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

/** Names of Namespaces, containers, volumes: at most 63 characters, no dots. */
export function checkDNS1123Label(value: string): readonly string[] {
  const length = atMost(63, value, 'characters');
  if (dns1123Label.matches.test(value)) return length;
  return both(length, [dns1123Subdomain.matches.test(value) ? 'must not contain dots' : dns1123Label.message]);
}

/** Names of most objects. */
export function checkDNS1123Subdomain(value: string): readonly string[] {
  return both(atMost(253, value, 'characters'), follow(dns1123Subdomain, value));
}

/** Names of Services: a label that starts with a letter. */
export function checkDNS1035Label(value: string): readonly string[] {
  return both(atMost(63, value, 'characters'), follow(dns1035Label, value));
}

export function checkWildcardDNS1123Subdomain(value: string): readonly string[] {
  return both(atMost(253, value, 'characters'), follow(wildcardSubdomain, value));
}

/** Label keys, annotation keys, finalizers, resource names: `[prefix/]name`. */
export function checkQualifiedName(value: string): readonly string[] {
  const slash = value.indexOf('/');
  if (slash < 0) return checkNamePart(value);
  if (value.indexOf('/', slash + 1) >= 0) {
    return [
      `a valid label key ${qualifiedName.message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  return both(checkPrefixPart(value.slice(0, slash)), checkNamePart(value.slice(slash + 1)));
}

function checkPrefixPart(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  const messages = both(atMost(253, prefix, 'bytes'), follow(dns1123Subdomain, prefix));
  return messages.map((message) => `prefix part ${message}`);
}

function checkNamePart(name: string): readonly string[] {
  const messages = both(name === '' ? ['must be non-empty'] : atMost(63, name, 'bytes'), follow(qualifiedName, name));
  return messages.map((message) => `name part ${message}`);
}

export function checkLabelValue(value: string): readonly string[] {
  return both(atMost(63, value, 'bytes'), follow(labelValue, value));
}

/** Names of environment variables: printable ASCII without `=`. */
export function checkEnvVarName(value: string): readonly string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  if (/^[ -<>-~]+$/.test(value)) return none;
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function checkCIdentifier(value: string): readonly string[] {
  return follow(cIdentifier, value);
}

/** Keys of ConfigMaps and Secrets. They become file names, hence the rule about dots. */
export function checkConfigMapKey(value: string): readonly string[] {
  return both(both(atMost(253, value, 'characters'), follow(configMapKey, value)), checkNoParentDirectory(value));
}

function checkNoParentDirectory(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`];
  return value.startsWith('..') ? ["must not start with '..'"] : none;
}

/** Names of container ports and of Service target ports: IANA service names in lower case. */
export function checkPortName(value: string): readonly string[] {
  const messages = [...atMost(15, value, 'characters')];
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)');
  if (value.includes('--')) messages.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

export function checkPortNumber(value: number): readonly string[] {
  return checkRange(value, 1, 65535);
}

/** `minimum` and `maximum` are inclusive. */
export function checkRange(value: number, minimum: number, maximum: number): readonly string[] {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return none;
  return [`must be between ${minimum} and ${maximum}, inclusive`];
}

export function checkPercent(value: string): readonly string[] {
  return follow(percent, value);
}

export function checkHTTPHeaderName(value: string): readonly string[] {
  return follow(httpHeaderName, value);
}

/** Names that only have to fit into one segment of a URL path (RBAC roles). */
export function checkPathSegmentName(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  const messages: string[] = [];
  for (const illegal of ['/', '%']) if (value.includes(illegal)) messages.push(`may not contain '${illegal}'`);
  return messages;
}
