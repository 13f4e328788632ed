import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { WebSocket } from 'ws';
import type { OpenStreamMessage } from '../../shared/protocol/messages.ts';
import { dialFailure, hostPort } from '../probes/probe.ts';
import { outsideOptions } from './outside.ts';

export type HttpStreamRequest = Extract<OpenStreamMessage['request'], { kind: 'http' }>;

/** Starts an exchange; `host` and `port` say where it goes. Each has a connection of its own. */
export type StartRequest = (wanted: HttpStreamRequest, answered: (response: IncomingMessage) => void) => ClientRequest;

export const startRequest: StartRequest = (wanted, answered) => {
  const { scheme, host, port, method, path, headers, tls = {}, outside } = wanted;
  const setHost = !headers.some(([name]) => name.toLowerCase() === 'host');
  const where = outside ? outsideOptions(wanted) : {};
  const common = { host, port, method, path, agent: false as const, setHost, ...where };
  const request =
    scheme === 'https'
      ? httpsRequest({ ...common, ...tlsOptions(host, tls) }, answered)
      : httpRequest(common, answered);
  for (const [name, value] of headers) request.appendHeader(name, value);
  return request;
};

/** Starts a WebSocket; nothing is known of it yet. */
export type StartWebSocket = (wanted: HttpStreamRequest) => WebSocket;

const handshakeTimeoutMs = 10_000;
/** Largest message of a target: what one stream passes on as one frame. */
const maxMessageBytes = 4 * 1024 * 1024;
const protocolHeader = 'sec-websocket-protocol';

export const startWebSocket: StartWebSocket = (wanted) => {
  const { scheme, host, port, path, headers, tls = {}, outside } = wanted;
  const isProtocol = ([name]: readonly [string, string]) => name.toLowerCase() === protocolHeader;
  const protocols = headers.filter(isProtocol).flatMap(([, value]) => value.split(',').map((one) => one.trim()));
  const passed = new Map<string, string[]>();
  for (const [name, value] of headers.filter((header) => !isProtocol(header))) {
    passed.set(name, [...(passed.get(name) ?? []), value]);
  }
  const isSecure = scheme === 'https';
  return new WebSocket(`${isSecure ? 'wss' : 'ws'}://${hostPort(host, port)}${path}`, protocols, {
    headers: Object.fromEntries(passed) as unknown as Record<string, string>,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    ...(outside ? outsideOptions(wanted) : {}),
    ...(isSecure ? tlsOptions(host, tls) : {}),
  });
};

function tlsOptions(host: string, { serverName, ca, insecure }: NonNullable<HttpStreamRequest['tls']>) {
  // An address is no name that a handshake could carry.
  const name = serverName ?? (isIP(host) ? '' : host);
  return { servername: name, rejectUnauthorized: !insecure, ...(ca ? { ca } : {}) };
}

const strangers = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why a target could not be reached, in the words of Kubernetes. */
export function reachProblem(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  const { code = '', message } = error;
  const failure = dialFailure(error, hostPort(host, port));
  if (failure) return failure;
  if (strangers.has(code)) return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  if (code === 'CERT_HAS_EXPIRED') {
    return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: x509: ${message}`;
  return message;
}
