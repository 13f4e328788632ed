/** What the front does with the frames of a socket whose bytes go to an HTTP client. */
export interface SocketStreamOptions {
  /** Bytes for the client; undefined to send nothing. */
  convert(frame: string | ArrayBuffer): Uint8Array | undefined;
  /** Most that may wait for a slow client, in bytes. A client further behind is dropped. */
  maxQueuedBytes: number;
  /** Ends the stream from our side after this long, in ms; absent: never. */
  timeoutMs?: number;
  /** How much waits for the client, told whenever that has changed. */
  onQueue?(queuedBytes: number): void;
  /** Called once, when the stream is over for whatever reason. */
  onEnd?(): void;
}

export interface SocketStream {
  body: ReadableStream<Uint8Array>;
  /** Adds bytes of our own between frames; nothing once the stream is over. */
  push(bytes: Uint8Array): void;
}

/**
 * Headers of a response that is read as it is written. Both say that nobody on the way may compress it, as Cloudflare's
 * edge and Miniflare would for clients that accept it: compression holds small pieces back until there are more.
 */
export const streamHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-cache, private, no-transform',
  'content-encoding': 'identity',
};

/**
 * The frames of an accepted WebSocket as the body of a response. The end of either side ends the other: a client that
 * goes away closes the socket, a closed socket ends the body.
 */
export function streamFromSocket(socket: WebSocket, options: SocketStreamOptions): SocketStream {
  const { convert, maxQueuedBytes, timeoutMs, onQueue, onEnd } = options;
  let isOpen = true;
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const queued = () => maxQueuedBytes - (controller.desiredSize ?? 0);
  const stop = (code: number, reason: string) => {
    if (!isOpen) return false;
    isOpen = false;
    clearTimeout(timer);
    socket.close(code, reason);
    onEnd?.();
    return true;
  };
  const end = (code: number, reason: string) => {
    if (stop(code, reason)) controller.close();
  };
  const push = (bytes: Uint8Array) => {
    if (!isOpen) return;
    controller.enqueue(bytes);
    if (queued() > maxQueuedBytes) end(1008, 'client too slow');
    else onQueue?.(queued());
  };

  socket.addEventListener('message', ({ data }) => {
    const bytes = isOpen ? convert(data as string | ArrayBuffer) : undefined;
    if (bytes) push(bytes);
  });
  socket.addEventListener('close', () => end(1000, 'closed'));
  socket.addEventListener('error', () => end(1011, 'connection lost'));
  if (timeoutMs !== undefined) timer = setTimeout(() => end(1000, 'timeout'), timeoutMs);

  const body = new ReadableStream<Uint8Array>(
    {
      start: (created) => {
        controller = created;
      },
      pull: () => {
        if (isOpen) onQueue?.(queued());
      },
      cancel: () => {
        stop(1000, 'client gone');
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxQueuedBytes }),
  );
  return { body, push };
}
