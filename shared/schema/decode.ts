import { badRequest, type StatusError } from '../api/errors.ts';
import { isJsonObject, type JsonObject } from '../api/json.ts';
import type { KubernetesObject } from '../api/object.ts';
import { checkTypes, maximumFindings } from './check-types.ts';
import { mismatchText, TypeMismatch } from './convert.ts';
import { everything, findDuplicates, hasDuplicates } from './duplicates.ts';
import type { ObjectSchema } from './model.ts';
import { parseModelName } from './names.ts';
import { pruneResource } from './structural/prune.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What only a strict reader objects to. */
export interface StrictFindings {
  /** Texts for `Warning` headers. */
  warnings: readonly string[];
  /** The same as a part of an error message. */
  cause: string;
}

export interface DecodeOptions {
  /** What becomes of unknown and duplicate fields; they are dropped in any case. Default `Warn`. */
  fieldValidation?: FieldValidation;
  /** The JSON text that the value was parsed from. Without it duplicate keys go unnoticed. */
  raw?: string;
  /** What was found before, in a text that is not `raw`: YAML, or a patch. */
  findings?: StrictFindings;
  /** Kind and version for error texts, where the schema's name does not tell: custom resources. */
  kind?: string;
  version?: string;
}

export interface Decoded {
  /** The object that was passed in, in its canonical form. It may still lack `metadata`: defaults bring that. */
  value: KubernetesObject;
  /** Texts for `Warning` headers: `unknown field "spec.foo"`. */
  warnings: string[];
}

/**
 * Reads the body of a request as an object of the schema. Takes the value over and changes it in place: unknown fields
 * and nulls are removed, quantities and times canonical. Missing required fields are not an error here.
 *
 * The model of a custom resource (it has no name) takes values of any type and leaves them to validation.
 *
 * Throws StatusError BadRequest for values of a wrong type, and with `Strict` for unknown and duplicate fields.
 */
export function decode(schema: ObjectSchema, value: unknown, options: DecodeOptions = {}): Decoded {
  const kind = options.kind ?? parseModelName(schema.name ?? '').name;
  checkIdentity(kind, value, options.raw);
  const refuse = (cause: string): StatusError => cannotHandle(schema, { value, kind, cause, version: options.version });
  const found = readInto(schema, value, options, refuse);
  const { warnings = [], cause } = options.findings ?? {};
  const decoded = value as KubernetesObject;
  if ((!cause && found.length === 0) || options.fieldValidation === 'Ignore') return { value: decoded, warnings: [] };
  if (options.fieldValidation === 'Strict') {
    throw refuse(`strict decoding error: ${[...(cause ? [cause] : []), ...found].join(', ')}`);
  }
  return { value: decoded, warnings: [...warnings, ...found] };
}

function readInto(
  schema: ObjectSchema,
  value: unknown,
  { fieldValidation, raw }: DecodeOptions,
  refuse: (cause: string) => StatusError,
): string[] {
  try {
    const duplicates = raw !== undefined && fieldValidation !== 'Ignore' && hasDuplicates(raw, value);
    const isCustom = schema.name === undefined;
    const { unknown } = isCustom ? pruneResource(schema, value as JsonObject) : checkTypes(schema, value);
    if (!duplicates) return unknown;
    const twice = findDuplicates(isCustom ? everything : schema, raw);
    return (isCustom ? [...twice, ...unknown] : [...unknown, ...twice]).slice(0, maximumFindings);
  } catch (error) {
    if (error instanceof TypeMismatch) throw refuse(error.message);
    throw error;
  }
}

interface Refusal {
  value: unknown;
  kind: string;
  version?: string;
  cause: string;
}

function cannotHandle(schema: ObjectSchema, { value, kind, version, cause }: Refusal): StatusError {
  const { apiVersion, kind: given } = value as { apiVersion?: string; kind?: string };
  const expected = version ?? parseModelName(schema.name ?? '').version;
  const seen = apiVersion ? apiVersion.slice(apiVersion.lastIndexOf('/') + 1) : expected;
  return badRequest(`${given || kind} in version "${seen}" cannot be handled as a ${kind}: ${cause}`);
}

const identityType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What is looked at first in any body: an object, with texts for `apiVersion` and `kind`. */
function checkIdentity(kind: string, value: unknown, raw: string | undefined): void {
  if (!isJsonObject(value)) {
    throw unrecognizedBody(kind, mismatchText(value, identityType, undefined), raw ?? '');
  }
  for (const field of ['apiVersion', 'kind']) {
    const item = value[field];
    if (item === undefined || item === null || typeof item === 'string') continue;
    throw unrecognizedBody(kind, mismatchText(item, 'string', `.${field}`), raw ?? '');
  }
}

const summaryLength = 30;

/**
 * The answer to a body that does not even say what it is. `cause` is the parser's message; the start of the body is
 * part of the error, in hexadecimal unless it looks like JSON.
 */
export function unrecognizedBody(kind: string, cause: string, body: string): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ` +
      `json parse error: ${cause} (${summarize(body)})`,
  );
}

function summarize(body: string): string {
  if (body === '') return '<empty>';
  const bytes = new TextEncoder().encode(body.slice(0, summaryLength + 1));
  const more = bytes.length > summaryLength ? ' ...' : '';
  const start = bytes.slice(0, summaryLength);
  if (body.startsWith('{')) return new TextDecoder().decode(start) + more;
  return Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join('') + more;
}
