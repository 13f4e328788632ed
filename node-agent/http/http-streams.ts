import type { ClientRequest, IncomingMessage } from 'node:http';
import { type HttpHead, httpFrames, type OpenStreamMessage, type StreamHead } from '../../shared/protocol/messages.ts';
import type { Dial, Socket } from '../connection/socket.ts';
import { type HttpStreamRequest, reachProblem, type StartRequest } from './request-node.ts';

export interface HttpStreamsDeps {
  dial: Dial;
  startRequest: StartRequest;
}

export interface HttpStreams {
  open(message: OpenStreamMessage & { request: HttpStreamRequest }): void;
  close(): void;
}

/** What is about the connection between two, and so not for a third. */
const connectionHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/** Serves `openStream` for HTTP (rule P16): one exchange, both bodies as they come. */
export function createHttpStreams(deps: HttpStreamsDeps): HttpStreams {
  const open = new Set<() => void>();

  function serve({ path, request: wanted }: OpenStreamMessage & { request: HttpStreamRequest }): void {
    let request: ClientRequest | undefined;
    let isAnswered = false;
    const gate = createGate();
    const socket = deps.dial(path, {
      opened: begin,
      message(text) {
        if (text === httpFrames.end) request?.end();
        else if (text === httpFrames.pause) gate.shut();
        else if (text === httpFrames.resume) gate.open();
      },
      bytes(data) {
        if (!request || request.write(data)) return;
        socket.send(httpFrames.pause);
        request.once('drain', () => socket.send(httpFrames.resume));
      },
      closed: stop,
    });
    open.add(stop);

    function begin(): void {
      try {
        request = deps.startRequest(wanted, (response) => {
          isAnswered = true;
          void answer(socket, response, gate.passed).finally(stop);
        });
      } catch (error) {
        refuse(error);
        return;
      }
      request.on('error', refuse);
      socket.send(httpFrames.resume);
    }

    /** Says why there is no answer; once one has begun, all that is left is to break off. */
    function refuse(error: unknown): void {
      if (!open.has(stop)) return;
      if (isAnswered) socket.terminate();
      else socket.send(JSON.stringify(failure(reachProblem(error as Error, wanted))));
      stop();
    }

    function stop(): void {
      if (!open.delete(stop)) return;
      gate.open();
      request?.destroy();
      socket.close();
    }
  }

  return {
    open: serve,
    close() {
      for (const stop of open) stop();
    },
  };
}

function failure(message: string): StreamHead {
  return { code: 503, contentType: 'text/plain', message };
}

async function answer(socket: Socket, response: IncomingMessage, mayGoOn: () => Promise<void>): Promise<void> {
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

/** Name after value after name, as Node has them. */
function endToEnd(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (!connectionHeaders.has(raw[at]!.toLowerCase())) pairs.push([raw[at]!, raw[at + 1]!]);
  }
  return pairs;
}

/** Open unless it is shut; who waits passes when it is opened. */
function createGate() {
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
