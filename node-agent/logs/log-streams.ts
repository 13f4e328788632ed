import type { PodStatus } from '../../shared/api/object.ts';
import type { OpenStreamMessage, StreamHead } from '../../shared/protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Dial, Socket } from '../connection/socket.ts';
import { type Log, textOf } from '../log.ts';
import { type ContainerRuntime, isRuntimeError } from '../runtime/container-runtime.ts';
import { containerForLogs, LogError, type LogRequest, readLogs } from './container-logs.ts';

export interface LogStreamsDeps {
  clock: Clock;
  log: Log;
  runtime: ContainerRuntime;
  dial: Dial;
  /** The status of a Pod as this node last reported it; undefined for a Pod that is not here. */
  statusOf(uid: string): PodStatus | undefined;
  failed(streamId: string, code: number, message: string): void;
}

export interface LogStreams {
  open(message: OpenStreamMessage): void;
  close(): void;
}

const head: StreamHead = { code: 200, contentType: 'text/plain' };

/** Serves `openStream` for logs: finds the container, dials the client's end, and pours. */
export function createLogStreams(deps: LogStreamsDeps): LogStreams {
  const open = new Set<AbortController>();

  async function serve(message: OpenStreamMessage): Promise<void> {
    const request = message.request as LogRequest;
    const aborted = new AbortController();
    open.add(aborted);
    let socket: Socket | undefined;
    try {
      const status = deps.statusOf(request.uid);
      if (!status) throw new LogError(404, `pod "${request.pod}" not found`);
      const id = containerForLogs(status, request);
      socket = await connect(message.path, aborted);
      socket.send(JSON.stringify(head));
      const lines = readLogs(deps.runtime, id, { request, now: deps.clock.now(), signal: aborted.signal });
      for await (const bytes of lines) await socket.sendBytes(bytes);
    } catch (error) {
      report(message, error, { begun: socket !== undefined, aborted: aborted.signal.aborted });
    } finally {
      open.delete(aborted);
      socket?.close();
    }
  }

  /** The client's going away aborts the stream. */
  function connect(path: string, aborted: AbortController): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket: Socket = deps.dial(path, {
        opened: () => resolve(socket),
        message: () => {},
        closed: (reason) => {
          aborted.abort();
          reject(new LogError(502, `the stream could not be opened: ${reason}`));
        },
      });
    });
  }

  function report(
    message: OpenStreamMessage,
    error: unknown,
    { begun, aborted }: { begun: boolean; aborted: boolean },
  ) {
    if (error instanceof LogError) {
      deps.failed(message.streamId, error.code, error.message);
      return;
    }
    if (begun && aborted) return;
    deps.log.warn({ stream: message.streamId, error: textOf(error) }, 'a log stream broke');
    const code = isRuntimeError(error, 'notFound') ? 404 : 500;
    if (!begun) deps.failed(message.streamId, code, textOf(error));
  }

  return {
    open: (message) => void serve(message),
    close() {
      for (const aborted of open) aborted.abort();
    },
  };
}
