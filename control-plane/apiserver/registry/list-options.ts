import { badRequest, type FieldError, invalid, StatusError } from '../../../shared/api/errors.ts';
import { fieldErrors } from '../../../shared/api/validation.ts';
import type { StoreReader } from '../../store/store.ts';
import { type ContinuePosition, decodeContinue } from './continue-token.ts';
import type { ListRequest } from './registry.ts';

/** Which state a list shows. */
export interface ListMoment {
  /** Absent: now. */
  atRevision?: number;
  /** Set on later pages. */
  position?: ContinuePosition;
}

/** The rules of `resourceVersion`, `resourceVersionMatch` and `continue`. */
export function listMoment(reader: StoreReader, request: ListRequest): ListMoment {
  validate(request);
  if (request.continue) {
    if (request.resourceVersion && request.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const position = decodeContinue(request.continue);
    return position.revision === -1
      ? { position }
      : { atRevision: checkNotFuture(reader, position.revision), position };
  }
  const revision = parseRevision(request.resourceVersion);
  if (revision === 0) return {};
  checkNotFuture(reader, revision);
  // Without a match rule a limit means exactly that revision, as it did before there were match rules.
  const match = request.resourceVersionMatch ?? (request.limit ? 'Exact' : 'NotOlderThan');
  return match === 'Exact' ? { atRevision: revision } : {};
}

function validate({ resourceVersion, resourceVersionMatch: match, continue: token }: ListRequest): void {
  if (!match) return;
  const path = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (!resourceVersion) {
    errors.push(fieldErrors.forbidden(path, `${path} is forbidden unless resourceVersion is provided`));
  }
  if (token) errors.push(fieldErrors.forbidden(path, `${path} is forbidden when continue is provided`));
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    errors.push(fieldErrors.notSupported(path, match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && resourceVersion === '0') {
    errors.push(fieldErrors.forbidden(path, `${path} "exact" is forbidden for resourceVersion "0"`));
  }
  if (errors.length === 0) return;
  throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions', kind: 'ListOptions' }, errors);
}

/** A `resourceVersion` parameter as a number; absent and empty are 0. */
export function parseRevision(text: string | undefined): number {
  if (!text) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  );
}

/** Answers a revision that is not there yet as a watch cache does that waited for it in vain. */
function checkNotFuture(reader: StoreReader, revision: number): number {
  if (revision <= reader.revision) return revision;
  const message = `Timeout: Too large resource version: ${revision}, current: ${reader.revision}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  throw new StatusError('Timeout', message, { causes, retryAfterSeconds: 1 });
}
