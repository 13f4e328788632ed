import { badRequest, StatusError } from '../../../shared/api/errors.ts';
import type { PatchType } from '../registry/registry.ts';
import { fromYaml } from './yaml.ts';

/** A body as the registry takes it: parsed, and the text that it came from. */
export interface ParsedBody {
  value: unknown;
  raw: string;
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
export async function parseObjectBody(text: string, contentType: string | null, expected: string): Promise<ParsedBody> {
  const type = mediaType(contentType);
  const complain = (detail: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${expected}): couldn't get version/kind; ${detail}`,
    );
  if (type === '' || type === 'application/json') {
    if (text.trim() === '') throw complain('json parse error: unexpected end of JSON input (<empty>)');
    return { value: parseJson(text, (error) => complain(`json parse error: ${error}`)), raw: text };
  }
  if (type === 'application/yaml') {
    const value = await parseYaml(text, (error) => complain(`yaml: ${error}`));
    return { value, raw: JSON.stringify(value) };
  }
  throw unsupportedMediaType(['application/json', 'application/yaml']);
}

/** The body of a PATCH and what kind of patch its content type declares. */
export async function parsePatchBody(
  text: string,
  contentType: string | null,
): Promise<ParsedBody & { patchType: PatchType }> {
  const patchType = patchTypes[mediaType(contentType)];
  if (!patchType) throw unsupportedMediaType(Object.keys(patchTypes));
  if (patchType === 'apply') {
    const value = looksLikeJson(text)
      ? parseJson(text, (error) => badRequest(`error decoding YAML: ${error}`))
      : await parseYaml(text, (error) => badRequest(`error decoding YAML: ${error}`));
    return { value, raw: looksLikeJson(text) ? text : JSON.stringify(value), patchType };
  }
  return { value: parseJson(text, (error) => badRequest(`error decoding patch: ${error}`)), raw: text, patchType };
}

/** Options in the body of a deletion; undefined without a body. */
export async function parseOptionsBody(text: string, contentType: string | null): Promise<unknown> {
  if (text.trim() === '') return undefined;
  return (await parseObjectBody(text, contentType, 'DeleteOptions')).value;
}

function mediaType(contentType: string | null): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

function looksLikeJson(text: string): boolean {
  return /^\s*\{/.test(text);
}

function parseJson(text: string, complain: (error: string) => StatusError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw complain(error instanceof SyntaxError ? error.message : 'malformed JSON');
  }
}

async function parseYaml(text: string, complain: (error: string) => StatusError): Promise<unknown> {
  try {
    return await fromYaml(text);
  } catch (error) {
    throw complain(error instanceof Error ? error.message : 'malformed YAML');
  }
}

function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError('UnsupportedMediaType', message);
}
