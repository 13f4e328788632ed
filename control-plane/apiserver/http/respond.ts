import { StatusError } from '../../../shared/api/errors.ts';
import { writeYaml } from '../../../shared/yaml/write-yaml.ts';
import { negotiateFormat, type ResponseFormat } from './negotiate.ts';
import { warn } from './warnings.ts';

/** What an endpoint answers before it is written in the client's format. */
export interface Answer {
  code: number;
  /** JSON text. */
  json: string;
  /** Texts of `Warning` headers. */
  warnings?: readonly string[];
}

/** Writes an answer in the negotiated format. */
export function respond(answer: Answer, format: ResponseFormat): Response {
  const headers = new Headers({
    'content-type': contentTypes[format],
    'cache-control': 'no-cache, private',
  });
  warn(headers, answer.warnings ?? []);
  const body = format === 'yaml' ? writeYaml(JSON.parse(answer.json)) : answer.json;
  return new Response(body, { status: answer.code, headers });
}

const contentTypes: Readonly<Record<ResponseFormat, string>> = { json: 'application/json', yaml: 'application/yaml' };

const pieceUnits = 256 * 1024;

/** An answer whose text is put together as the client reads it, out of groups of pieces that may be waited for. */
export function respondInPieces(groups: AsyncIterable<Iterable<string>>, format: ResponseFormat): Response {
  const encoder = new TextEncoder();
  const waiting = groups[Symbol.asyncIterator]();
  let group: Iterator<string> = [][Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let piece = '';
      while (piece.length < pieceUnits) {
        const next = group.next();
        if (!next.done) {
          piece += next.value;
          continue;
        }
        // Only the end of a group is worth a wait.
        const more = await waiting.next();
        if (more.done) {
          if (piece !== '') controller.enqueue(encoder.encode(piece));
          controller.close();
          return;
        }
        group = more.value[Symbol.iterator]();
      }
      controller.enqueue(encoder.encode(piece));
    },
    async cancel() {
      await waiting.return?.();
    },
  });
  return new Response(body, {
    headers: { 'content-type': contentTypes[format], 'cache-control': 'no-cache, private' },
  });
}

/**
 * The one place where anything thrown becomes a response. What is not a StatusError is a bug: it is logged with its
 * stack and told to the client without internals.
 */
export async function respondToError(error: unknown, accept: string | null, log: ErrorLog): Promise<Response> {
  const status = error instanceof StatusError ? error : unexpected(error, log);
  const response = respond(
    { code: status.code, json: JSON.stringify(status.toStatus()), warnings: status.warnings },
    negotiateFormat(accept),
  );
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter) response.headers.set('retry-after', String(retryAfter));
  return response;
}

export type ErrorLog = (message: string, fields: Record<string, unknown>) => void;

function unexpected(error: unknown, log: ErrorLog): StatusError {
  log('request failed unexpectedly', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return new StatusError('InternalError', 'Internal error occurred: the server could not complete the request', {
    causes: [{ message: 'the server could not complete the request' }],
  });
}

export function plainText(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
