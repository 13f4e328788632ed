import {
  checkDNS1035Label,
  checkDNS1123Label,
  checkDNS1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../api/validation/names.ts';
import { base64Decode } from '../base64.ts';
import { member, type Overload, plain } from '../functions.ts';
import { parseTimestamp } from '../time.ts';
import { listOf, optionalOf, STRING } from '../types.ts';
import { ArrayList, OpaqueValue, OptionalValue } from '../values.ts';
import { parseUrl } from './urls.ts';

const FORMAT = { kind: 'opaque', name: 'kubernetes.NamedFormat' } as const;

type Check = (text: string) => readonly string[];

class FormatValue extends OpaqueValue {
  readonly type = FORMAT;
  readonly name: string;
  readonly check: Check;
  /** Length of the pattern that Kubernetes reckons with. */
  readonly patternLength: number;
  constructor(name: string, check: Check, patternLength: number) {
    super();
    this.name = name;
    this.check = check;
    this.patternLength = patternLength;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** A prefix of a name may end with a dash. */
function prefixOf(check: Check): Check {
  return (text) => check(text.length > 1 ? text.replace(/-$/, 'a') : text);
}

function passing(test: (text: string) => boolean, message: string): Check {
  return (text) => (test(text) ? [] : [message]);
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
}

function isDateTime(text: string): boolean {
  return parseTimestamp(text.replace(/[tz ]/g, (char) => (char === 'z' ? 'Z' : 'T')).replace(/,/, '.')) !== undefined;
}

const known: Readonly<Record<string, FormatValue>> = {
  dns1123Label: new FormatValue('DNS1123Label', checkDNS1123Label, 30),
  dns1123Subdomain: new FormatValue('DNS1123Subdomain', checkDNS1123Subdomain, 60),
  dns1035Label: new FormatValue('DNS1035Label', checkDNS1035Label, 30),
  qualifiedName: new FormatValue('QualifiedName', checkQualifiedName, 60),
  dns1123LabelPrefix: new FormatValue('DNS1123LabelPrefix', prefixOf(checkDNS1123Label), 30),
  dns1123SubdomainPrefix: new FormatValue('DNS1123SubdomainPrefix', prefixOf(checkDNS1123Subdomain), 60),
  dns1035LabelPrefix: new FormatValue('DNS1035LabelPrefix', prefixOf(checkDNS1035Label), 30),
  labelValue: new FormatValue('LabelValue', checkLabelValue, 40),
  uri: new FormatValue(
    'URI',
    (text) => {
      const parsed = parseUrl(text);
      return typeof parsed === 'string' ? [parsed] : [];
    },
    1103,
  ),
  uuid: new FormatValue(
    'uuid',
    passing((text) => uuid.test(text), 'does not match the UUID format'),
    72,
  ),
  byte: new FormatValue(
    'byte',
    passing((text) => base64Decode(text) !== undefined, 'invalid base64'),
    84,
  ),
  date: new FormatValue('date', passing(isDate, 'invalid date'), 72),
  datetime: new FormatValue('datetime', passing(isDateTime, 'invalid datetime'), 72),
};

export const formats: readonly Overload[] = [
  ...Object.entries(known).map(([name, format]) => plain(`format.${name}`, [], FORMAT, () => format)),
  plain('format.named', [STRING], optionalOf(FORMAT), ([name]) =>
    Object.hasOwn(known, name as string) ? new OptionalValue(known[name as string]!) : OptionalValue.none,
  ),
  member(
    'validate',
    [FORMAT, STRING],
    optionalOf(listOf(STRING)),
    ([format, text]) => {
      const problems = (format as FormatValue).check(text as string);
      return problems.length === 0 ? OptionalValue.none : new OptionalValue(new ArrayList(problems));
    },
    ([format, text]) =>
      Math.ceil((1 + (text as string).length) * 0.1) * Math.ceil((format as FormatValue).patternLength * 0.25),
  ),
];
