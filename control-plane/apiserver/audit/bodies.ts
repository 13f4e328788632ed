import { isTooDeep } from '../../../shared/api/json.ts';
import { fromYaml } from '../http/yaml.ts';
import { decodeKubernetesProtobuf, protobufMediaType } from '../protobuf/envelope.ts';

/** More than this of a body is not recorded. */
export const maxRecordedBytes = 1024 * 1024;

/** What a body says; `truncated` when it was too long to be recorded. Undefined: nothing that can be shown as JSON. */
export type RecordedBody = { value: unknown } | { truncated: true } | undefined;

/**
 * Reads a copy of a body, never more than is recorded: whoever reads the other copy slowly is not buffered for. Never
 * rejects: what cannot be read cannot be recorded.
 */
export async function recordBody(copy: Request | Response): Promise<RecordedBody> {
  try {
    const bytes = await readBounded(copy);
    if (bytes === 'too long') return { truncated: true };
    if (bytes.byteLength === 0) return undefined;
    return await parse(bytes, copy.headers.get('content-type') ?? '');
  } catch {
    return undefined;
  }
}

async function readBounded({ body }: Request | Response): Promise<Uint8Array | 'too long'> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    length += next.value.byteLength;
    if (length > maxRecordedBytes) {
      void reader?.cancel();
      return 'too long';
    }
    pieces.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}

async function parse(bytes: Uint8Array, contentType: string): Promise<RecordedBody> {
  if (contentType.startsWith(protobufMediaType)) return written(decodeKubernetesProtobuf(bytes));
  const text = new TextDecoder().decode(bytes);
  if (contentType.includes('yaml') && !/^\s*[{[]/.test(text)) return written((await fromYaml(text)).value);
  const value: unknown = JSON.parse(text);
  return isTooDeep(value) ? undefined : { value };
}

/** Aliases make much, or a circle, of little: what counts is how it is written as JSON. */
function written(value: unknown): RecordedBody {
  const text = JSON.stringify(value);
  return text.length > maxRecordedBytes ? { truncated: true } : { value: JSON.parse(text) };
}
