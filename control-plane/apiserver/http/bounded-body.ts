import { tooLarge } from '../../../shared/api/errors.ts';

/** Largest request body, in bytes: 3 MiB, as Kubernetes. */
export const maxBodyBytes = 3 * 1024 * 1024;

/** The whole body, or undefined where there is none. Stops reading and throws 413 past the limit. */
export async function readBounded(request: Request): Promise<Uint8Array | undefined> {
  if (!request.body) return undefined;
  const announced = request.headers.get('content-length');
  return announced === null ? readPieces(request.body) : readWhole(request, Number(announced));
}

/** One native read: several times cheaper than one of pieces, and how nearly every client sends its body. */
async function readWhole(request: Request, announced: number): Promise<Uint8Array> {
  if (announced > maxBodyBytes) throw bodyTooLarge();
  const whole = new Uint8Array(await request.arrayBuffer());
  if (whole.byteLength > maxBodyBytes) throw bodyTooLarge();
  return whole;
}

async function readPieces(body: NonNullable<Request['body']>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxBodyBytes) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : concatenate(chunks, size);
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function bodyTooLarge() {
  return tooLarge(`Request entity too large: limit is ${maxBodyBytes}`);
}
