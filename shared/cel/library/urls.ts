import { goQuote } from '../../api/go-format.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, traversal } from '../functions.ts';
import { BOOL, listOf, mapOf, STRING } from '../types.ts';
import { ArrayList, EntryMap, OpaqueValue, type Value } from '../values.ts';

const URL_TYPE = { kind: 'opaque', name: 'kubernetes.URL' } as const;

interface Parts {
  scheme: string;
  host: string;
  /** As written, percent-encoding included. */
  path: string;
  query: string;
}

class UrlValue extends OpaqueValue {
  readonly type = URL_TYPE;
  readonly text: string;
  readonly parts: Parts;
  constructor(text: string, parts: Parts) {
    super();
    this.text = text;
    this.parts = parts;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

const hostCharacters = /^(?:[^\s/?#[\]@<>"\\^`{|}]*)(?::\d*)?$/;
const bracketedHost = /^\[[0-9A-Fa-f:.]+(?:%25[^\s\]]+)?\](?::\d*)?$/;

/**
 * The parts of an absolute URL or of an absolute path, which is what Go's `url.ParseRequestURI` accepts; otherwise what
 * is wrong with the text. The platform's own parser repairs too much to be asked.
 */
export function parseUrl(text: string): Parts | string {
  const refuse = (problem: string) => `parse ${goQuote(text)}: ${problem}`;
  if (text === '') return refuse('empty url');
  if (hasControls(text)) return refuse('net/url: invalid control character in URL');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text);
  if (!scheme && text.startsWith(':')) return refuse('missing protocol scheme');
  const rest = scheme ? scheme[2]! : text;
  if (!rest.startsWith('/')) {
    // `mailto:someone` is absolute, but opaque.
    if (!scheme) return refuse('invalid URI for request');
    if (rest === '') return refuse('invalid URI for request');
    return { scheme: scheme[1]!.toLowerCase(), host: '', path: '', query: '' };
  }
  const [, beforeQuery, query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(rest)!;
  const authority =
    beforeQuery!.startsWith('//') && (scheme || !beforeQuery!.startsWith('///'))
      ? authorityOf(beforeQuery!)
      : undefined;
  const path = authority === undefined ? beforeQuery! : beforeQuery!.slice(2 + authority.length);
  const host = authority?.slice(authority.lastIndexOf('@') + 1) ?? '';
  const badHost = checkHost(host);
  if (badHost) return refuse(badHost);
  const badEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(path);
  if (badEscape) return refuse(`invalid URL escape ${goQuote(badEscape[0])}`);
  return { scheme: scheme ? scheme[1]!.toLowerCase() : '', host, path, query: query.split('#')[0]! };
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

function authorityOf(text: string): string {
  return /^\/\/([^/]*)/.exec(text)![1]!;
}

function checkHost(host: string): string | undefined {
  if (host.startsWith('[')) return bracketedHost.test(host) ? undefined : "missing ']' in host";
  const port = /:([^:]*)$/.exec(host);
  if (port && !/^\d*$/.test(port[1]!)) return `invalid port ${goQuote(`:${port[1]}`)} after host`;
  return hostCharacters.test(host)
    ? undefined
    : `invalid character ${goQuote(/[\s[\]@<>"\\^`{|}]/.exec(host)?.[0] ?? ' ')} in host name`;
}

function urlOf(text: string): UrlValue {
  const parts = parseUrl(text);
  if (typeof parts === 'string') throw new CelRuntimeError(`URL parse error during conversion from string: ${parts}`);
  return new UrlValue(text, parts);
}

function hostname(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed ? bracketed[1]! : host.replace(/:\d*$/, '');
}

function queryOf(query: string): EntryMap {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const [key, value] = decodePair(pair);
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value]);
  }
  const map = new EntryMap();
  for (const [key, list] of values) map.add(key, new ArrayList(list));
  return map;
}

function decodePair(pair: string): (string | undefined)[] {
  const equals = pair.indexOf('=');
  const halves = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  return halves.map((half) => {
    try {
      return decodeURIComponent(half.replaceAll('+', ' '));
    } catch {
      return undefined;
    }
  });
}

/** What a path may not hold as it is. */
function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, encodeURIComponent);
}

const parts = (value: Value | undefined) => (value as UrlValue).parts;

function getter(name: string, pick: (parts: Parts) => string): Overload {
  return member(name, [URL_TYPE], STRING, ([url]) => pick(parts(url)));
}

export const urls: readonly Overload[] = [
  plain('url', [STRING], URL_TYPE, ([text]) => urlOf(text as string), traversal(0)),
  plain('isURL', [STRING], BOOL, ([text]) => typeof parseUrl(text as string) !== 'string'),
  getter('getScheme', ({ scheme }) => scheme),
  getter('getHost', ({ host }) => host),
  getter('getHostname', ({ host }) => hostname(host)),
  getter('getPort', ({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ''),
  getter('getEscapedPath', ({ path }) => escapePath(path.split('#')[0]!)),
  member('getQuery', [URL_TYPE], mapOf(STRING, listOf(STRING)), ([url]) => queryOf(parts(url).query)),
];
