import { badRequest } from '../../../shared/api/errors.ts';
import { goQuote } from '../../../shared/api/go-format.ts';
import { decodeSegment } from '../http/request-info.ts';

/** The user that a client asks to be, exactly as its headers say. */
export interface Impersonation {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}

const extraPrefix = 'impersonate-extra-';

/**
 * Reads `Impersonate-User`, `-Uid`, `-Group` and `-Extra-KEY`; undefined without any. A header that was sent several
 * times has its values separated by a comma and a space, which for that reason no single value may contain.
 * Throws BadRequest when everything but the user is named.
 */
export function readImpersonation(headers: Headers): Impersonation | undefined {
  const name = headers.get('impersonate-user') ?? '';
  const uid = headers.get('impersonate-uid') ?? '';
  const groups = valuesOf(headers.get('impersonate-group'));
  const extra: Record<string, string[]> = Object.create(null);
  for (const [header, value] of headers) {
    if (header.startsWith(extraPrefix)) extra[decodeSegment(header.slice(extraPrefix.length))] = valuesOf(value);
  }
  const wanted = { name, groups, extra: { ...extra }, ...(uid ? { uid } : {}) };
  if (name !== '') return wanted;
  if (uid === '' && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  throw badRequest(`requested ${describe(wanted)} without impersonating a user name`);
}

function valuesOf(header: string | null): string[] {
  return header === null ? [] : header.split(', ');
}

/** As Kubernetes prints the request in its complaint. */
function describe({ uid = '', groups, extra }: Impersonation): string {
  const list = (values: readonly string[]) => `{${values.map(goQuote).join(', ')}}`;
  const shownGroups = groups.length > 0 ? `[]string${list(groups)}` : '[]string(nil)';
  const entries = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1));
  const shownExtra =
    entries.length > 0
      ? `map[string][]string{${entries.map(([key, values]) => `${goQuote(key)}:[]string${list(values)}`).join(', ')}}`
      : 'map[string][]string(nil)';
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${shownGroups}, Extra:${shownExtra}}`;
}
