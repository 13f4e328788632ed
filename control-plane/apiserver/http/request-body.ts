import { Buffer } from 'node:buffer';
import { badRequest, StatusError } from '../../../shared/api/errors.ts';
import { isTooDeep } from '../../../shared/api/json.ts';
import { parseJson } from '../../../shared/api/json-error.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { StrictFindings } from '../../../shared/schema/decode.ts';
import { decodeKubernetesProtobuf, protobufMediaType } from '../protobuf/envelope.ts';
import { MalformedProtobuf } from '../protobuf/malformed.ts';
import type { PatchType } from '../registry/registry.ts';
import { fromYaml, type ParsedYaml } from './yaml.ts';

/** A body as the registry takes it: parsed, and the text that it came from. */
export interface ParsedBody {
  value: unknown;
  raw: string;
  /** What a strict reader would not have accepted of the text, where that can no longer be seen in `raw`. */
  findings?: StrictFindings | undefined;
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/**
 * The body of a create or update. `expected` is the kind that Kubernetes' message for a malformed body names.
 * An absent content type counts as JSON.
 */
export async function parseObjectBody(request: Request, expected: string): Promise<ParsedBody> {
  const type = mediaType(request);
  if (type === protobufMediaType) {
    const value = decodeProtobuf(new Uint8Array(await request.arrayBuffer()), expected);
    return { value, raw: JSON.stringify(value) };
  }
  return parseObject(await request.text(), type, expected);
}

async function parseObject(text: string, type: string, expected: string): Promise<ParsedBody> {
  const complain = (detail: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${expected}): couldn't get version/kind; ${detail}`,
    );
  if (type !== '' && type !== 'application/json' && type !== 'application/yaml') {
    throw unsupportedMediaType(['application/json', 'application/yaml', protobufMediaType]);
  }
  if (type !== 'application/yaml') {
    if (text.trim() === '') throw complain('json parse error: unexpected end of JSON input (<empty>)');
    return { value: readJson(text, (error) => complain(`json parse error: ${error}`)), raw: text };
  }
  return parseYaml(text, (error) => complain(`yaml: ${error}`));
}

/** The body of a PATCH and what kind of patch its content type declares. */
export async function parsePatchBody(
  request: Request,
  { custom }: Pick<KindDefinition, 'custom'>,
): Promise<ParsedBody & { patchType: PatchType }> {
  const patchType = patchTypes[mediaType(request)];
  // What custom resources are made of is not known to have merge keys.
  if (!patchType || (custom && patchType === 'strategic')) {
    const accepted = Object.entries(patchTypes).filter(([, type]) => !custom || type !== 'strategic');
    throw unsupportedMediaType(accepted.map(([name]) => name));
  }
  const text = await request.text();
  if (patchType === 'apply') {
    const complain = (error: string) => badRequest(`error decoding YAML: ${error}`);
    if (!looksLikeJson(text)) return { ...(await parseYaml(text, complain)), patchType };
    return { value: readJson(text, complain), raw: text, patchType };
  }
  return { value: readJson(text, (error) => badRequest(`error decoding patch: ${error}`)), raw: text, patchType };
}

/** Options in the body of a deletion; undefined without a body. */
export async function parseOptionsBody(request: Request): Promise<unknown> {
  const type = mediaType(request);
  if (type === protobufMediaType) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.byteLength === 0 ? undefined : decodeProtobuf(bytes, 'DeleteOptions');
  }
  const text = await request.text();
  return text === '' ? undefined : (await parseObject(text, type, 'DeleteOptions')).value;
}

function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}

function decodeProtobuf(bytes: Uint8Array, expected: string): unknown {
  try {
    return decodeKubernetesProtobuf(bytes);
  } catch (error) {
    if (!(error instanceof MalformedProtobuf)) throw error;
    throw badRequest(complaint(error, { bytes, expected }));
  }
}

function complaint({ type, message }: MalformedProtobuf, from: { bytes: Uint8Array; expected: string }): string {
  if (type) {
    const version = type.apiVersion.slice(type.apiVersion.lastIndexOf('/') + 1);
    return `${type.kind} in version "${version}" cannot be handled as a ${from.expected}: ${message}`;
  }
  const summary = summarize(from.bytes);
  return `the object provided is unrecognized (must be of type ${from.expected}): ${message} (${summary})`;
}

function summarize(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return '<empty>';
  const start = Buffer.from(bytes.subarray(0, 30));
  const text = start.toString(bytes[0] === 0x7b ? 'utf8' : 'hex');
  return bytes.byteLength > 30 ? `${text} ...` : text;
}

function looksLikeJson(text: string): boolean {
  return /^\s*\{/.test(text);
}

const tooDeep = 'exceeded max depth';

function readJson(text: string, complain: (error: string) => StatusError): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw complain(error instanceof SyntaxError ? error.message : 'malformed JSON');
  }
  if (isTooDeep(value)) throw complain(tooDeep);
  return value;
}

async function parseYaml(text: string, complain: (error: string) => StatusError): Promise<ParsedBody> {
  let parsed: ParsedYaml;
  try {
    parsed = await fromYaml(text);
  } catch (error) {
    // The parser recurses, and runs out of stack on what nests without end.
    if (error instanceof RangeError) throw complain(tooDeep);
    throw complain(error instanceof Error ? error.message : 'malformed YAML');
  }
  const { value, duplicates } = parsed;
  if (isTooDeep(value)) throw complain(tooDeep);
  return { value, raw: JSON.stringify(value), findings: duplicates.length > 0 ? yamlFindings(duplicates) : undefined };
}

function yamlFindings(lines: readonly string[]): StrictFindings {
  return { warnings: lines, cause: ['yaml: unmarshal errors:', ...lines.map((line) => `  ${line}`)].join('\n') };
}

function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError('UnsupportedMediaType', message);
}
