import { badRequest, type FieldError, invalid, type StatusError } from '../../../shared/api/errors.ts';
import { isTrue } from './request-info.ts';

/** `metav1.ListOptions` as the query carries them; absent and empty are the same. */
export interface ListOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  timeoutSeconds?: number;
  allowWatchBookmarks: boolean;
  sendInitialEvents?: boolean;
}

export function parseListOptions(query: URLSearchParams): ListOptions {
  return {
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
    limit: parseInteger(query, 'limit'),
    continue: query.get('continue') || undefined,
    resourceVersion: query.get('resourceVersion') || undefined,
    resourceVersionMatch: query.get('resourceVersionMatch') || undefined,
    timeoutSeconds: parseInteger(query, 'timeoutSeconds'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
  };
}

/** A signed integer parameter, with the wording of Go's parser when it is not one. */
export function parseInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value;
}

const matchField = 'resourceVersionMatch';

/** The combinations that a watch may not have, as `ValidateListOptions` words them. */
export function validateWatchOptions(options: ListOptions): void {
  const errors: FieldError[] = [];
  const forbid = (field: string, message: string) =>
    errors.push({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${message}` });
  if (options.sendInitialEvents === undefined) {
    if (options.resourceVersionMatch) {
      forbid(matchField, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    }
  } else if (!options.resourceVersionMatch) {
    forbid(matchField, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  } else if (options.resourceVersionMatch !== 'NotOlderThan') {
    const message = `Unsupported value: ${JSON.stringify(options.resourceVersionMatch)}: supported values: "NotOlderThan"`;
    errors.push({ field: matchField, reason: 'FieldValueNotSupported', message });
  }
  if (options.continue) forbid('continue', 'continue is forbidden for watch');
  if (errors.length > 0) throw invalidListOptions(errors);
}

/** What only a watch may have; the rules of revisions are the registry's. */
export function validateListOptions(options: ListOptions): void {
  if (options.sendInitialEvents === undefined) return;
  const message = 'Forbidden: sendInitialEvents is forbidden for list';
  throw invalidListOptions([{ field: 'sendInitialEvents', reason: 'FieldValueForbidden', message }]);
}

function invalidListOptions(errors: FieldError[]): StatusError {
  return invalid({ group: 'meta.k8s.io', resource: 'listoptions', kind: 'ListOptions' }, errors);
}
