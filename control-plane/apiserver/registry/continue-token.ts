import { badRequest, expired, StatusError } from '../../../shared/api/errors.ts';
import { parseJson } from '../../../shared/api/json-error.ts';
import type { Status } from '../../../shared/api/object.ts';

/** Where the next page of a list starts. Opaque to clients; the form is Kubernetes' own. */
export interface ContinuePosition {
  /** Revision of the first page; -1: go on at whatever is current. */
  revision: number;
  after: { namespace: string; name: string };
  /** Objects from there on, at that revision: counted once for all pages, because it takes as long as there are objects. */
  remaining?: number;
}

const version = 'meta.k8s.io/v1';
/** The next page starts right after this key: the key itself and the smallest character. */
const successor = '\u0000';

export function encodeContinue({ revision, after, remaining }: ContinuePosition): string {
  const key = after.namespace ? `${after.namespace}/${after.name}` : after.name;
  const text = JSON.stringify({ v: version, rv: revision, start: `${key}${successor}`, remaining });
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function decodeContinue(token: string): ContinuePosition {
  const { v, rv, start, remaining } = parseToken(token);
  if (v !== version) throw invalidToken(`server does not recognize this encoded version "${String(v)}"`);
  if (typeof rv !== 'number' || !Number.isInteger(rv) || rv === 0)
    throw invalidToken('incorrect encoded start resourceVersion');
  if (typeof start !== 'string' || start === '')
    throw invalidToken('continue key is not valid: incorrect encoded start key');
  const key = start.endsWith(successor) ? start.slice(0, -successor.length) : start;
  const slash = key.indexOf('/');
  return {
    revision: rv,
    after: { namespace: key.slice(0, Math.max(slash, 0)), name: key.slice(slash + 1) },
    ...(Number.isSafeInteger(remaining) ? { remaining: remaining as number } : {}),
  };
}

function parseToken(token: string): { v?: unknown; rv?: unknown; start?: unknown; remaining?: unknown } {
  let parsed: unknown;
  try {
    parsed = parseJson(atob(token.replaceAll('-', '+').replaceAll('_', '/')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) {
      throw invalidToken(`continue key is not valid: ${error.message}`);
    }
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) throw invalidToken('continue key is not valid: not an object');
  return parsed;
}

function invalidToken(why: string): StatusError {
  return badRequest(`invalid continue token: ${why}`);
}

/** The list that a token belongs to is older than the history; the Status carries a token that goes on regardless. */
export class ContinueExpired extends StatusError {
  readonly token: string;

  constructor({ after }: ContinuePosition) {
    super(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
        'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
        'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
        'deleted between the time the first chunk was returned and now may show up in the list.',
    );
    this.token = encodeContinue({ after, revision: -1 });
  }

  override toStatus(): Status {
    // The types of the client call this field `_continue`, because the plain word is reserved in some languages.
    const metadata = { continue: this.token } as Status['metadata'];
    return { ...super.toStatus(), metadata };
  }
}

export function listExpired(): StatusError {
  return expired('The resourceVersion for the provided list is too old.');
}
