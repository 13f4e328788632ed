import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RequestTemplate, Target } from './job.ts';
import { type ParsedResponse, ResponseParser } from './response-parser.ts';

/** One connection that stays open, for one request at a time. */
export interface Connection {
  /** Sends a prepared request; the answer goes to `onResponse`. */
  send(request: string): void;
  close(): void;
}

export interface ConnectionDeps {
  onResponse(response: ParsedResponse): void;
  onBody?(piece: Buffer): void;
  /** The connection broke, or what came over it was no HTTP. Not called after `close`. */
  onFailure(error: Error): void;
}

/** Resolves once it is connected. */
export function openConnection(target: Target, deps: ConnectionDeps): Promise<Connection> {
  const { host, port, ca } = target;
  return new Promise((resolve, reject) => {
    const socket: Socket = ca ? connectTls({ host, port, ca }) : connectPlain({ host, port });
    let isClosed = false;
    const fail = (error: Error) => {
      reject(error);
      if (!isClosed) deps.onFailure(error);
    };
    const parser = new ResponseParser(deps);
    socket.setNoDelay(true);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`${host}:${port} closed the connection`)));
    socket.on('data', (bytes: Buffer) => {
      try {
        parser.push(bytes);
      } catch (error) {
        fail(error as Error);
        socket.destroy();
      }
    });
    socket.once(ca ? 'secureConnect' : 'connect', () =>
      resolve({
        send: (request) => socket.write(request),
        close() {
          isClosed = true;
          socket.destroy();
        },
      }),
    );
  });
}

/** Values of the placeholders of a template. */
export interface RequestValues {
  index: number;
  sequence: number;
  /** Made by `timeText`. */
  time?: string;
}

/** Turns a template into a function that makes the bytes of its requests: all but the placeholders is prepared. */
export function prepareRequest(target: Target, template: RequestTemplate): (values: RequestValues) => string {
  const { method, path, contentType, body } = template;
  // All values of a placeholder are equally long, so the length is known beforehand.
  const length = body === undefined ? 0 : Buffer.byteLength(fill(body, { index: 0, sequence: 0 }));
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${target.host}:${target.port}`,
    ...Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`content-type: ${contentType ?? 'application/json'}`, `content-length: ${length}`]),
  ];
  const text = `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
  return (values) => fill(text, values);
}

const placeholder = /\{(index|index64|sequence|time)\}/g;
const nineDigits = (value: number) => String(value).padStart(9, '0');

function fill(text: string, { index, sequence, time = timeText(0) }: RequestValues): string {
  return text.replace(placeholder, (_, name: string) => {
    if (name === 'time') return time;
    if (name === 'sequence') return nineDigits(sequence);
    return name === 'index' ? nineDigits(index) : Buffer.from(nineDigits(index)).toString('base64');
  });
}

/** Ms on the clock of the process, always equally long, in a form that is found again in an event. */
export function timeText(nowMs: number): string {
  return `@${nowMs.toFixed(3).padStart(14, '0')}@`;
}

/** The times in a piece of text. One that is cut in two by the end of a piece is left out. */
export function timesIn(text: string): number[] {
  return Array.from(text.matchAll(/@(\d{10}\.\d{3})@/g), (match) => Number(match[1]));
}
