import { badRequest, type FieldError, invalid, type StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { DeleteOptions } from '../../../shared/api/object.ts';
import type { PatchType, UserInfo, WriteOptions } from '../registry/registry.ts';
import { parseInteger } from './list-options.ts';
import { isTrue } from './request-info.ts';

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** What every write takes from query and headers. Throws `Invalid` in the words of Kubernetes' option validation. */
export function parseWriteOptions(
  request: { query: URLSearchParams; userAgent: string | null; user: UserInfo },
  kind: OptionsKind,
): WriteOptions {
  const { query, userAgent, user } = request;
  const errors: FieldError[] = [];
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) errors.push(unsupportedDryRun(dryRun));

  const fieldValidation = query.get('fieldValidation') || undefined;
  if (fieldValidation !== undefined && !isFieldValidation(fieldValidation)) {
    const message = `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`;
    errors.push({ field: 'fieldValidation', reason: 'FieldValueNotSupported', message });
  }

  const manager = query.get('fieldManager') ?? '';
  errors.push(...fieldManagerErrors(manager));
  if (errors.length > 0) throw invalidOptions(kind, errors);
  return {
    user,
    fieldManager: manager || managerFromUserAgent(userAgent),
    fieldValidation: fieldValidation as WriteOptions['fieldValidation'],
    dryRun: dryRun.length > 0,
  };
}

/** `force` and the manager that server-side apply insists on. */
export function parsePatchOptions(query: URLSearchParams, patchType: PatchType): { force: boolean } {
  const errors: FieldError[] = [];
  if (patchType === 'apply' && !query.get('fieldManager')) {
    const message = 'Required value: is required for apply patch';
    errors.push({ field: 'fieldManager', reason: 'FieldValueRequired', message });
  }
  if (patchType !== 'apply' && query.has('force')) {
    const message = 'Forbidden: may not be specified for non-apply patch';
    errors.push({ field: 'force', reason: 'FieldValueForbidden', message });
  }
  if (errors.length > 0) throw invalidOptions('PatchOptions', errors);
  return { force: isTrue(query.get('force')) };
}

/**
 * Options of a deletion: the body where there is one, else the query. `body` is parsed JSON or undefined. Only the
 * shape is checked here; what combinations mean is the registry's.
 */
export function parseDeleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const options = body === undefined ? deleteOptionsFromQuery(query) : deleteOptionsFromBody(body);
  const errors: FieldError[] = [];
  if (options.dryRun?.some((value) => value !== 'All')) errors.push(unsupportedDryRun(options.dryRun));
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors);
  return options;
}

function deleteOptionsFromQuery(query: URLSearchParams): DeleteOptions {
  const options: DeleteOptions = {};
  const grace = parseInteger(query, 'gracePeriodSeconds');
  if (grace !== undefined) options.gracePeriodSeconds = grace;
  const policy = query.get('propagationPolicy');
  if (policy) options.propagationPolicy = policy;
  if (query.has('orphanDependents')) options.orphanDependents = isTrue(query.get('orphanDependents'));
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.length > 0) options.dryRun = dryRun;
  return options;
}

function deleteOptionsFromBody(body: unknown): DeleteOptions {
  if (!isJsonObject(body))
    throw badRequest('couldn\'t get version/kind; json parse error: expected an object of kind "DeleteOptions"');
  const options = body as DeleteOptions;
  const { gracePeriodSeconds: grace, preconditions, dryRun, propagationPolicy } = options;
  if (grace !== undefined && grace !== null && !Number.isInteger(grace)) throw malformed('gracePeriodSeconds', 'int64');
  if (preconditions !== undefined && !isJsonObject(preconditions)) throw malformed('preconditions', 'v1.Preconditions');
  if (dryRun !== undefined && !isStringArray(dryRun)) throw malformed('dryRun', '[]string');
  if (propagationPolicy !== undefined && typeof propagationPolicy !== 'string') {
    throw malformed('propagationPolicy', 'v1.DeletionPropagation');
  }
  return options;
}

function isStringArray(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function malformed(field: string, type: string): StatusError {
  return badRequest(`json: cannot unmarshal into Go struct field DeleteOptions.${field} of type ${type}`);
}

function unsupportedDryRun(values: readonly string[]): FieldError {
  const shown = `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
  return {
    field: 'dryRun',
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown}: supported values: "All"`,
  };
}

function isFieldValidation(value: string): boolean {
  return value === 'Ignore' || value === 'Warn' || value === 'Strict';
}

const maxManagerBytes = 128;

function fieldManagerErrors(manager: string): FieldError[] {
  if (manager === '') return [];
  const errors: FieldError[] = [];
  if (byteLength(manager) > maxManagerBytes) {
    const message = `Too long: may not be more than ${maxManagerBytes} bytes`;
    errors.push({ field: 'fieldManager', reason: 'FieldValueTooLong', message });
  }
  if (/\p{C}/u.test(manager)) {
    const message = `Invalid value: ${JSON.stringify(manager)}: should only contain printable characters`;
    errors.push({ field: 'fieldManager', reason: 'FieldValueInvalid', message });
  }
  return errors;
}

/** `kubectl/v1.35.2 (linux/amd64) ...` is the manager `kubectl`; `unknown` where there is no name. */
export function managerFromUserAgent(userAgent: string | null): string {
  const name = (userAgent ?? '').split('/')[0]!.replace(/\p{C}/gu, '');
  return cutToBytes(name, maxManagerBytes) || 'unknown';
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function cutToBytes(text: string, max: number): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= max) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= max) return text;
  return new TextDecoder().decode(bytes.slice(0, max)).replace(/\ufffd+$/, '');
}

function invalidOptions(kind: OptionsKind, errors: FieldError[]): StatusError {
  return invalid({ group: 'meta.k8s.io', resource: kind.toLowerCase(), kind }, errors);
}
