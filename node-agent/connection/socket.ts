import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface SocketHandlers {
  opened(): void;
  /** A text frame. */
  message(text: string): void;
  /** A binary frame; ignored where nobody expects one. */
  bytes?(data: Uint8Array): void;
  /** Called once, whoever closed; `reason` says why for the log, `status` is the HTTP answer to a refused upgrade. */
  closed(reason: string, status?: number): void;
}

export interface Socket {
  send(text: string): void;
  /** Resolves when the bytes have left this process, so that a slow reader slows the sender. */
  sendBytes(bytes: Uint8Array): Promise<void>;
  close(): void;
  /** Drops the connection without a word. */
  terminate(): void;
}

/** Opens a WebSocket to a path of the API endpoint. */
export type Dial = (path: string, handlers: SocketHandlers) => Socket;

export interface DialOptions {
  /** The API endpoint of the cluster, `https://host[:port][/clusters/NAME]`. */
  server: string;
  credential: string;
  /** PEM of the authority that signed the server's certificate, where the machine does not know it. */
  ca?: string;
}

const handshakeTimeoutMs = 15_000;
const largestMessageBytes = 64 * 2 ** 20;

/** Resolves a path that may or may not begin with the cluster's prefix. */
export function endpointUrl(server: string, path: string): URL {
  const base = new URL(server);
  const prefix = base.pathname.replace(/\/$/, '');
  const full = prefix && !path.startsWith(`${prefix}/`) && !path.startsWith('/clusters/') ? prefix + path : path;
  return new URL(full, base);
}

export function createDial({ server, credential, ca }: DialOptions): Dial {
  return (path, handlers) => {
    const url = endpointUrl(server, path);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${credential}` },
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: largestMessageBytes,
      perMessageDeflate: false,
      ...(ca ? { ca } : {}),
    });
    return attach(socket, handlers);
  };
}

function attach(socket: WebSocket, handlers: SocketHandlers): Socket {
  let over = false;
  let failure = '';
  const end = (reason: string, status?: number) => {
    if (over) return;
    over = true;
    handlers.closed(reason, status);
  };
  socket.on('open', () => handlers.opened());
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (over) return;
    if (isBinary) handlers.bytes?.(data);
    else handlers.message(data.toString());
  });
  socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
    request.destroy();
    end(`the server answered ${response.statusCode}`, response.statusCode);
  });
  socket.on('error', (error) => {
    failure = error.message;
  });
  socket.on('close', (code, reason) => end(failure || reason.toString() || `closed with code ${code}`));
  return {
    send: (text) => socket.send(text),
    sendBytes: (bytes) =>
      new Promise((resolve, reject) => socket.send(bytes, (error) => (error ? reject(error) : resolve()))),
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
}
