import { StatusError } from '../../../shared/api/errors.ts';
import type { JsonObject } from '../../../shared/api/json.ts';
import { encodeKubernetesProtobuf, protobufMediaType } from '../protobuf/envelope.ts';
import { createListWriter, type ListWriter } from '../protobuf/list-writer.ts';
import { hasProtobuf } from '../protobuf/type-names.ts';
import { type ClusterRequest, forwarded, type ObjectPort } from './front.ts';
import { negotiateProtobuf, type ProtobufChoice } from './negotiate.ts';
import type { ResourceRequest } from './request-info.ts';

/**
 * A list has to be in memory before the first byte of it can go out, because its length comes first. Larger ones are
 * answered in JSON, which every client that Kubernetes has takes as well.
 */
const maxListBytes = 48 * 1024 * 1024;

/** Undefined where a client did not ask for protobuf, or would rather have something else. */
export function protobufChoiceOf(request: Request, { group, version }: ResourceRequest): ProtobufChoice | undefined {
  const accept = request.headers.get('accept');
  if (!accept?.includes(protobufMediaType)) return undefined;
  return negotiateProtobuf(accept, hasProtobuf({ group, version }));
}

/**
 * Asks the cluster for JSON and turns the answer into protobuf here, in front: that takes more time than the request
 * itself, and the cluster's object has one thread for all of its clients.
 */
export async function answerInProtobuf(
  object: ObjectPort,
  call: ClusterRequest,
  choice: ProtobufChoice,
): Promise<Response> {
  const response = await object.fetch(await forwarded(call, { accept: choice.accept, itemLines: true }));
  if (response.headers.get('content-type') !== 'application/json' || !response.body) return response;
  const lines = linesOf(response.body);
  const first = (await lines.next()).value ?? '';
  if (!first.endsWith(':[')) return answer(response, [encodeKubernetesProtobuf(JSON.parse(first) as JsonObject)]);

  const list = await readList(first, lines);
  if (list) return answer(response, list.finish());
  if (choice.orJson) return object.fetch(await forwarded(call, { accept: 'application/json' }));
  throw new StatusError(
    'NotAcceptable',
    `the list is larger than ${maxListBytes} bytes, and lists of that size are given as application/json only; accept that as well, or ask for pages with limit`,
  );
}

/** Undefined for a list that is too large. */
async function readList(head: string, lines: AsyncGenerator<string>): Promise<ListWriter | undefined> {
  const writer = createListWriter(JSON.parse(`${head}]}`) as JsonObject);
  for await (const line of lines) {
    if (line.startsWith(']')) break;
    writer.add(JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as JsonObject);
    if (writer.size > maxListBytes) return undefined;
  }
  return writer;
}

function answer(response: Response, pieces: readonly Uint8Array[]): Response {
  const headers = new Headers(response.headers);
  headers.set('content-type', protobufMediaType);
  const rest = pieces.values();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = rest.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  return new Response(body, { status: response.status, headers });
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
