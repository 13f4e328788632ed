import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { createServer } from 'node:https';
import { type Duplex, pipeline } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { platformHeader } from './workerd-config.ts';

export interface CertificateFrontOptions {
  host: string;
  port: number;
  /** In PEM. */
  key: string;
  chain: string;
  /** The Unix socket on which the server takes the word of this front. */
  socketPath: string;
}

/** Ends TLS for clients that may have certificates, and tells the server of them. */
export interface CertificateFront {
  /** Takes effect with the next connection. */
  renew(credentials: { key: string; chain: string }): void;
  close(): Promise<void>;
}

/** What is between two ends of one connection, or this front's alone to say. */
const dropped: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'expect', 'te', 'trailer', 'x-forwarded-for'],
  platformHeader,
]);
/** Sooner than the server closes a connection that nobody uses, so that no request meets its end. */
const idleMs = 3_000;

/**
 * Listens for HTTPS, asks each client for a certificate without judging it, and passes its requests on. Bodies, watches
 * and upgraded connections flow through as they come, no faster than the slower end takes them.
 */
export async function startCertificateFront(options: CertificateFrontOptions): Promise<CertificateFront> {
  const { host, port, key, chain, socketPath } = options;
  const agent = new Agent({ keepAlive: true, timeout: idleMs, maxFreeSockets: 256 });
  const onward = (request: IncomingMessage, more: RequestOptions = {}): ClientRequest =>
    sendRequest({ socketPath, method: request.method, path: request.url, headers: headersFor(request), ...more });

  const server = createServer({ key, cert: chain, requestCert: true, rejectUnauthorized: false });
  server.on('request', (request, response) => relay(request, response, onward(request, { agent })));
  server.on('upgrade', (request, socket, head) => {
    const headers = [...headersFor(request), 'connection', 'upgrade'];
    relayUpgrade({ request, socket, head }, onward(request, { headers, agent: false }));
  });
  server.listen(port, host);
  await once(server, 'listening');

  return {
    renew: (credentials) => server.setSecureContext({ key: credentials.key, cert: credentials.chain }),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function relay(request: IncomingMessage, response: ServerResponse, onward: ClientRequest): void {
  let isAnswered = false;
  onward.once('response', (answer) => {
    isAnswered = true;
    const { statusCode = 502 } = answer;
    // Nobody wants the rest of what has been refused, and to write it might lose the answer.
    if (statusCode >= 400 && !request.complete) request.unpipe(onward).resume();
    response.writeHead(statusCode, answer.statusMessage, withoutConnection(answer.rawHeaders));
    // A watch may have nothing to say for a long time.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', () => {
    if (isAnswered) return;
    // The server has closed on what it was being sent: as if the client had sent it there itself.
    if (request.complete) refuse(response);
    else request.destroy();
  });
  response.once('close', () => onward.destroy());
  // Whoever does not say how long its body is may wait for an answer before it sends more.
  if (request.headers['transfer-encoding']) onward.flushHeaders();
  request.pipe(onward);
}

interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  /** What the client has sent already. */
  head: Buffer;
}

function relayUpgrade({ socket, head }: Upgrade, onward: ClientRequest): void {
  const end = () => void socket.destroy();
  socket.on('error', () => onward.destroy());
  socket.once('close', () => onward.destroy());
  onward.on('error', end);
  onward.once('upgrade', (answer, serverSocket, serverHead) => {
    socket.write(statusAndHeaders(answer));
    socket.write(serverHead);
    serverSocket.write(head);
    serverSocket.on('error', end);
    // What has come from the server is still for the client to have; what the client has left nobody waits for.
    serverSocket.once('close', () => socket.end());
    socket.once('close', () => serverSocket.destroy());
    socket.pipe(serverSocket).pipe(socket);
  });
  onward.once('response', (answer) => {
    socket.write(statusAndHeaders(answer, 'Connection: close\r\n'));
    pipeline(answer, socket, end);
  });
  onward.end();
}

/** Names and values in turn, as the client sent them, with what this front knows of the connection. */
function headersFor(request: IncomingMessage): string[] {
  const { rawHeaders, socket, headers } = request;
  const seen = [headers['x-forwarded-for'], socket.remoteAddress].filter((text) => text !== undefined);
  const certificate = certificateOf(socket as TLSSocket);
  return [
    ...pairs(rawHeaders).filter(([name]) => !dropped.has(name.toLowerCase())),
    ...(seen.length > 0 ? [['x-forwarded-for', seen.join(', ')]] : []),
    ...(certificate ? [[platformHeader, certificate]] : []),
  ].flat();
}

const certificates = new WeakMap<TLSSocket, string>();

/** What the server is told of the client's certificate, in the form of `request.cf`; empty without one. */
function certificateOf(socket: TLSSocket): string {
  const known = certificates.get(socket);
  if (known !== undefined) return known;
  const der = socket.getPeerX509Certificate()?.raw.toString('base64');
  const told = der ? JSON.stringify({ tlsClientAuth: { certPresented: '1', certRFC9440: `:${der}:` } }) : '';
  certificates.set(socket, told);
  return told;
}

function withoutConnection(rawHeaders: readonly string[]): string[] {
  return pairs(rawHeaders)
    .filter(([name]) => name.toLowerCase() !== 'connection' && name.toLowerCase() !== 'keep-alive')
    .flat();
}

function statusAndHeaders({ statusCode, statusMessage, rawHeaders }: IncomingMessage, more = ''): string {
  const lines = pairs(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}${more}\r\n`;
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] as string,
    rawHeaders[2 * index + 1] as string,
  ]);
}

/** The server is starting again. */
function refuse(response: ServerResponse): void {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'ServiceUnavailable' };
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify({ ...status, message: 'the control plane does not answer', code: 503 }));
}
