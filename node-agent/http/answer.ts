import type { IncomingMessage } from 'node:http';
import type { HttpHead, StreamHead } from '../../shared/protocol/messages.ts';
import type { Socket } from '../connection/socket.ts';

/** What is about the connection between two, and so not for a third. */
const connectionHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/** Passes an answer on: its head, and its bytes as they come and as the other end takes them. */
export async function passOn(socket: Socket, response: IncomingMessage, mayGoOn: () => Promise<void>): Promise<void> {
  const head: HttpHead = { code: response.statusCode ?? 502, headers: endToEnd(response.rawHeaders) };
  try {
    socket.send(JSON.stringify(head));
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      await mayGoOn();
      await socket.sendBytes(chunk);
    }
  } catch {
    // The target broke off, or the client is gone: an end that is not to be taken for the end of the answer.
    socket.terminate();
  }
}

/** In place of the head of an answer. */
export function noAnswer(message: string): StreamHead {
  return { code: 503, contentType: 'text/plain', message };
}

/** Name after value after name, as Node has them. */
function endToEnd(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (!connectionHeaders.has(raw[at]!.toLowerCase())) pairs.push([raw[at]!, raw[at + 1]!]);
  }
  return pairs;
}

/** Open unless it is shut; who waits passes when it is opened. */
export function createGate() {
  let waiting: PromiseWithResolvers<void> | undefined;
  return {
    shut() {
      waiting ??= Promise.withResolvers<void>();
    },
    open() {
      waiting?.resolve();
      waiting = undefined;
    },
    passed: () => waiting?.promise ?? Promise.resolve(),
  };
}
