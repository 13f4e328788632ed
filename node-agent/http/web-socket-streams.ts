import type { ClientRequest, IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { type HttpHead, httpFrames, type OpenStreamMessage } from '../../shared/protocol/messages.ts';
import { decodeFrame, encodeFrame, mayCloseWith } from '../../shared/protocol/web-socket-frames.ts';
import type { Dial, Socket } from '../connection/socket.ts';
import { createGate, noAnswer, passOn } from './answer.ts';
import { type HttpStreamRequest, reachProblem, type StartWebSocket } from './request-node.ts';

export interface WebSocketStreamsDeps {
  dial: Dial;
  startWebSocket: StartWebSocket;
}

export interface WebSocketStreams {
  open(message: OpenStreamMessage & { request: HttpStreamRequest }): void;
  close(): void;
}

/** Bytes on their way to one end, from which on the other is held back, and below which it goes on. */
const holdBytes = 1024 * 1024;
const goOnBytes = 128 * 1024;
/** Of RFC 6455: an end that goes away. */
const goingAway = 1001;

/** Serves `openStream` for WebSockets (rule P17): a connection to the target, and its messages in both directions. */
export function createWebSocketStreams(deps: WebSocketStreamsDeps): WebSocketStreams {
  const open = new Set<() => void>();

  function serve({ path, request: wanted }: OpenStreamMessage & { request: HttpStreamRequest }): void {
    let target: WebSocket | undefined;
    let isOpen = false;
    let write: ((data: Uint8Array) => void) | undefined;
    const gate = createGate();
    const flow = createFlow(() => target);
    const socket = deps.dial(path, {
      opened: begin,
      message(text) {
        if (text === httpFrames.pause) {
          gate.shut();
          flow.hold('client');
        } else if (text === httpFrames.resume) {
          gate.open();
          flow.release('client');
        } else if (text === httpFrames.end && target?.readyState === target?.OPEN) {
          // A client that is gone without a close.
          target?.close(goingAway);
        }
      },
      bytes: (data) => write?.(data),
      closed: stop,
    });
    open.add(stop);

    function begin(): void {
      try {
        target = deps.startWebSocket(wanted);
      } catch (error) {
        refuse(error as Error);
        return;
      }
      write = writerTo(target, socket);
      listen(target);
      socket.send(httpFrames.resume);
    }

    function listen(to: WebSocket): void {
      to.on('open', () => {
        const headers: HttpHead['headers'] = to.protocol ? [['Sec-WebSocket-Protocol', to.protocol]] : [];
        isOpen = true;
        socket.send(JSON.stringify({ code: 101, headers }));
      });
      to.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
        void passOn(socket, response, gate.passed).finally(() => {
          request.destroy();
          stop();
        });
      });
      to.on('error', refuse);
      to.on('message', (data: Buffer, isBinary: boolean) => {
        flow.sending(socket.sendBytes(encodeFrame({ type: isBinary ? 'binary' : 'text', data })), data.byteLength);
      });
      to.on('close', (code: number, reason: Buffer) => {
        // What broke off has no close frame, and neither has its stream.
        if (code !== 1006) void farewell(socket, code, reason.toString()).finally(stop);
        else stop();
      });
    }

    /** Says why there is no connection; one that is there ends with its own close. */
    function refuse(error: Error): void {
      if (!open.has(stop) || isOpen) return;
      socket.send(JSON.stringify(noAnswer(reachProblem(error, wanted))));
      stop();
    }

    function stop(): void {
      if (!open.delete(stop)) return;
      gate.open();
      target?.terminate();
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

function farewell(socket: Socket, code: number, reason: string): Promise<void> {
  const frame = encodeFrame({ type: 'close', ...(mayCloseWith(code) ? { code } : {}), reason });
  // The way to the client may be gone as well.
  return socket.sendBytes(frame).catch(() => undefined);
}

/** Passes the client's messages on, and holds the client back while the target does not keep up. */
function writerTo(target: WebSocket, socket: Socket): (data: Uint8Array) => void {
  let isHeld = false;
  const hold = (wanted: boolean) => {
    if (isHeld === wanted) return;
    isHeld = wanted;
    socket.send(wanted ? httpFrames.pause : httpFrames.resume);
  };
  const written = () => {
    if (target.bufferedAmount < goOnBytes) hold(false);
  };
  return (data) => {
    const frame = decodeFrame(data);
    if (!frame || target.readyState !== target.OPEN) return;
    if (frame.type === 'close') {
      target.close(frame.code, frame.reason);
      return;
    }
    target.send(frame.data, { binary: frame.type === 'binary' }, written);
    if (target.bufferedAmount > holdBytes) hold(true);
  };
}

/** Reads from the target as long as the way to the client is free and the client wants more. */
function createFlow(target: () => WebSocket | undefined) {
  const holding = new Set<'client' | 'way'>();
  let onTheWay = 0;
  const hold = (who: 'client' | 'way') => {
    if (holding.size === 0) target()?.pause();
    holding.add(who);
  };
  const release = (who: 'client' | 'way') => {
    if (holding.delete(who) && holding.size === 0) target()?.resume();
  };
  return {
    hold,
    release,
    sending(sent: Promise<void>, bytes: number) {
      onTheWay += bytes;
      if (onTheWay > holdBytes) hold('way');
      const done = () => {
        onTheWay -= bytes;
        if (onTheWay < goOnBytes) release('way');
      };
      sent.then(done, done);
    },
  };
}
