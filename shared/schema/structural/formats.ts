import ipaddr from 'ipaddr.js';
import { typeInvalid } from '../../api/field-errors.ts';
import { goQuote } from '../../api/go-format.ts';
import { fieldOf } from './check-scalars.ts';
import type { Finding } from './findings.ts';

/** The formats of texts that Kubernetes knows; any other says nothing. */

type Check = (text: string) => boolean;

const matches =
  (pattern: RegExp): Check =>
  (text) =>
    pattern.test(text);

const uuidOf = (version: string, variant = '[0-9a-f]') =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));
const byteOfColor = '\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*';
const shortName = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Without the dashes of their names, which make no difference. */
const formats: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['bsonobjectid', matches(/^[0-9a-fA-F]{24}$/)],
  ['uri', isUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', (text) => text.includes('.') && isAddress(text)],
  ['ipv6', (text) => text.includes(':') && isAddress(text)],
  ['cidr', isCIDR],
  ['mac', isMac],
  ['uuid', uuidOf('[0-9a-f]')],
  ['uuid3', uuidOf('3')],
  ['uuid4', uuidOf('4', '[89ab]')],
  ['uuid5', uuidOf('5', '[89ab]')],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', matches(new RegExp(`^rgb\\(${byteOfColor},${byteOfColor},${byteOfColor}\\)$`))],
  ['byte', (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]{2,}={0,2}$/.test(text)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && new RegExp(`^${shortName}$`).test(text)],
  ['k8slongname', (text) => text.length <= 253 && new RegExp(`^${shortName}(\\.${shortName})*$`).test(text)],
]);

/** Whether a format has a meaning for a type; the empty type is any, or more than one. */
export function isSupportedFormat(type: string | undefined, format: string): boolean {
  switch (type) {
    case undefined:
    case '':
    case 'string':
      return formats.has(format.replaceAll('-', ''));
    case 'integer':
      return format === 'int32' || format === 'int64';
    case 'number':
      return format === 'float' || format === 'double';
    default:
      return false;
  }
}

export function checkFormat(format: string, text: string, path: string): Finding | undefined {
  const check = formats.get(format.replaceAll('-', ''));
  if (!check || check(text)) return undefined;
  const problem = `${path} in body must be of type ${format}: ${goQuote(text)}`;
  return { text: problem, error: typeInvalid(fieldOf(path), text, problem) };
}

/** Zeros in front of the parts of an IPv4 address do not matter. */
function isAddress(text: string): boolean {
  if (text.includes(':')) return !text.includes('%') && ipaddr.IPv6.isValid(text);
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}

function isCIDR(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  return (
    rest.length === 0 &&
    isAddress(address) &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (address.includes(':') ? 128 : 32)
  );
}

/** 6, 8 or 20 bytes, in pairs with colons or dashes or in fours with dots. */
function isMac(text: string): boolean {
  const separator = text.charAt(2) === ':' || text.charAt(2) === '-' ? text.charAt(2) : '.';
  const digits = separator === '.' ? 4 : 2;
  const parts = text.split(separator);
  const bytes = (parts.length * digits) / 2;
  return [6, 8, 20].includes(bytes) && parts.every((part) => part.length === digits && /^[0-9a-fA-F]+$/.test(part));
}

function isHostname(text: string): boolean {
  if (text.length > 255) return false;
  const labels = text.split('.');
  const isLabel = (label: string) =>
    new TextEncoder().encode(label).length <= 63 &&
    /^[a-zA-Z0-9\p{S}\p{L}]([-a-zA-Z0-9\p{S}\p{L}]*[a-zA-Z0-9\p{S}\p{L}])?$/u.test(label);
  const last = labels.at(-1)!;
  return labels.every(isLabel) && (labels.length === 1 || /^[a-zA-Z\p{L}]{2,63}$/u.test(last));
}

/** What an HTTP request may be for: an absolute address or an absolute path. */
function isUri(text: string): boolean {
  if (text === '*') return true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (text === '' || /[\x00-\x20\x7f]/.test(text.split('?')[0]!) || /[\x00-\x1f\x7f]/.test(text)) return false;
  const { scheme, rest = '' } = /^(?:(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):)?(?<rest>.*)$/s.exec(text)!.groups!;
  const path = rest.split('?')[0]!;
  if (!path.startsWith('/')) return scheme !== undefined;
  if (scheme === undefined || !path.startsWith('//')) return hasValidEscapes(path);
  const [authority = '', ...segments] = path.slice(2).split('/');
  return isAuthority(authority) && hasValidEscapes(segments.join('/'));
}

function isAuthority(text: string): boolean {
  const host = text.slice(text.lastIndexOf('@') + 1);
  const form = host.startsWith('[') ? /^\[[^\]]*\](:\d*)?$/ : /^[^:[\]<>"\\^`{|}]*(:\d*)?$/;
  return form.test(host) && hasValidEscapes(text);
}

function hasValidEscapes(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

const atom = '[^\\s()<>@,;:\\\\".[\\]\\x00-\\x1f\\x7f]+';
const dotAtom = `${atom}(?:\\.${atom})*`;
const quoted = '"(?:[^"\\\\\\r\\n]|\\\\.)*"';
const address = `(?:${dotAtom}|${quoted})@(?:${dotAtom}|\\[[^\\[\\]\\\\]*\\])`;
const addressPattern = new RegExp(`^${address}$`, 'u');

/** An address, or one in angle brackets behind the name of a person. */
function isEmail(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > 1000) return false;
  if (!trimmed.endsWith('>')) return addressPattern.test(trimmed);
  const start = trimmed.lastIndexOf('<');
  const name = trimmed.slice(0, start).trim();
  const isName = name === '' || name.split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/).every((word) => isWord(word));
  return start >= 0 && isName && addressPattern.test(trimmed.slice(start + 1, -1).trim());
}

function isWord(word: string): boolean {
  return new RegExp(`^(?:${dotAtom}|${quoted})\\.?$`, 'u').test(word);
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isDateTime(text: string): boolean {
  const [date = '', time, ...rest] = text.toLowerCase().split('t');
  if (time === undefined || rest.length > 0 || !isDate(date)) return false;
  const found = /^(\d{2}):(\d{2}):(\d{2})(.[0-9]+)?(z|[+-]\d{2}:\d{2})$/.exec(time);
  return found !== null && found[1]! <= '23' && found[2]! <= '59' && found[3]! <= '59';
}

const unitPattern = /(\d+)\s*([A-Za-zµ]+)/g;
const exactUnits = new Set(['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk']);
const units = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];

/** As Go reads one (`1h2m`), or numbers with words (`3 days`). */
function isDuration(text: string): boolean {
  if (/^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return true;
  return [...text.matchAll(unitPattern)].some(([, , unit = '']) => {
    const word = unit.toLowerCase();
    return exactUnits.has(word) || units.some((start) => word.startsWith(start));
  });
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^([0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + (index + 1) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

const cards =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!cards.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value >= 10 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
