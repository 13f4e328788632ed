import type { ClientRequest } from 'node:http';
import { httpFrames, type OpenStreamMessage } from '../../shared/protocol/messages.ts';
import type { Dial } from '../connection/socket.ts';
import { createGate, noAnswer, passOn } from './answer.ts';
import { type HttpStreamRequest, reachProblem, type StartRequest } from './request-node.ts';

export interface HttpStreamsDeps {
  dial: Dial;
  startRequest: StartRequest;
}

export interface HttpStreams {
  open(message: OpenStreamMessage & { request: HttpStreamRequest }): void;
  close(): void;
}

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
          void passOn(socket, response, gate.passed).finally(stop);
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
      else socket.send(JSON.stringify(noAnswer(reachProblem(error as Error, wanted))));
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
