import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/setup/free-port.ts';
import { makeSelfSigned } from '../../shared/certificates/testing/make-request.ts';
import { type CertificateFront, startCertificateFront } from './certificate-front.ts';
import { certificateFiles, ensureCertificates } from './certificates.ts';
import { DataDir } from './data-dir.ts';

let dataDir: DataDir;
let port: number;
let server: Server;
let front: CertificateFront;
/** What answers behind the front. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  dataDir = new DataDir(mkdtempSync(join(tmpdir(), 'fairlead-front-')));
  await ensureCertificates(dataDir, ['localhost', '127.0.0.1']);
  server = createServer((request, response) => answer(request, response));
  const socketPath = dataDir.file('server.sock');
  server.listen(socketPath);
  await once(server, 'listening');
  port = await freePort();
  front = await startCertificateFront({ host: '127.0.0.1', port, ...credentials(), socketPath });
});

afterEach(async () => {
  await front.close();
  server.closeAllConnections();
  server.close();
  rmSync(dataDir.path, { recursive: true });
});

function credentials() {
  return { key: dataDir.read(certificateFiles.key)!, chain: dataDir.read(certificateFiles.chain)! };
}

function open(options: RequestOptions = {}) {
  const ca = readFileSync(dataDir.file(certificateFiles.ca));
  return httpsRequest({ host: '127.0.0.1', port, ca, agent: false, ...options });
}

async function send(options: RequestOptions = {}, body?: string) {
  const call = open(options).end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

const echoHeaders = (request: IncomingMessage, response: ServerResponse) =>
  void response.end(JSON.stringify(request.headers));

describe('what the server is told', () => {
  beforeEach(() => {
    answer = echoHeaders;
  });

  it('is the certificate that the client has the key of, with each request of a connection', async () => {
    const { certificate: cert, key } = await makeSelfSigned('CN=ann');
    const der = cert.replace(/-----[A-Z ]+-----|\s/g, '');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ['/one', '/two']) {
      const told = JSON.parse((await send({ path, cert, key, agent })).text)['fairlead-platform'];
      expect(JSON.parse(told)).toEqual({ tlsClientAuth: { certPresented: '1', certRFC9440: `:${der}:` } });
    }
    agent.destroy();
  });

  it('is the certificate of a resumed connection, too', async () => {
    const { certificate: cert, key } = await makeSelfSigned('CN=ann');
    const ca = dataDir.read(certificateFiles.ca)!;
    const ask = async (session?: Buffer) => {
      const socket = connect({ host: '127.0.0.1', port, ca, cert, key, ...(session ? { session } : {}) });
      let ticket: Buffer | undefined;
      socket.on('session', (latest: Buffer) => {
        ticket = latest;
      });
      await once(socket, 'secureConnect');
      const isResumed = socket.isSessionReused();
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      const answered = await text(socket);
      return { answered, isResumed, ticket };
    };
    const first = await ask();
    const second = await ask(first.ticket);
    expect(second.isResumed).toBe(true);
    expect(second.answered).toContain('certRFC9440');
  });

  it('is nothing of what the client says of itself', async () => {
    for (const name of ['fairlead-platform', 'FAIRLEAD-Platform']) {
      const headers = { [name]: ['{"tlsClientAuth":{}}', 'x'], connection: `close, ${name}` };
      expect(JSON.parse((await send({ headers })).text)).not.toHaveProperty('fairlead-platform');
    }
  });

  it('is where the request comes from, and everything else as it was sent', async () => {
    const headers = { 'x-forwarded-for': '10.1.2.3', 'X-Custom': 'a', authorization: 'Bearer t' };
    expect(JSON.parse((await send({ headers })).text)).toMatchObject({
      'x-forwarded-for': '10.1.2.3, 127.0.0.1',
      'x-custom': 'a',
      authorization: 'Bearer t',
    });
  });
});

describe('a body', () => {
  it.each([
    ['GET', undefined],
    ['POST', 'x'.repeat(300_000)],
    ['DELETE', '{}'],
  ] as const)('of %s arrives whole', async (method, body) => {
    answer = (request, response) => void request.pipe(response);
    expect(await send({ method, headers: body ? { 'content-length': body.length } : {} }, body)).toMatchObject({
      status: 200,
      text: body ?? '',
    });
    if (body) expect((await send({ method, headers: { 'transfer-encoding': 'chunked' } }, body)).text).toBe(body);
  });

  it('arrives part by part, in both directions', async () => {
    answer = (request, response) => {
      response.flushHeaders();
      request.on('data', (part) => response.write(`got ${part}`));
      request.once('end', () => response.end());
    };
    const call = open({ method: 'POST' });
    call.flushHeaders();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    for (const part of ['one', 'two']) {
      call.write(part);
      expect(String((await once(response, 'data'))[0])).toBe(`got ${part}`);
    }
    call.end();
    await once(response, 'end');
  });

  it('is taken from the server no faster than the client reads it', async () => {
    let written = 0;
    const part = Buffer.alloc(64 * 1024);
    answer = (_request, response) => {
      const write = () => {
        while (written < 64 * 1024 * 1024 && response.write(part)) written += part.length;
      };
      response.on('drain', write);
      write();
    };
    const call = open().end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await once(response, 'readable');
    let before = -1;
    // Until nothing moves any more.
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(32 * 1024 * 1024);
    call.destroy();
  });
});

describe('the end of one side', () => {
  it('is the end of the other: the client leaves', async () => {
    const left = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.write('watching');
      response.once('close', left.resolve);
    };
    const call = open().end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await once(response, 'data');
    call.destroy();
    await left.promise;
  });

  it('is the end of the other: the server breaks off', async () => {
    answer = (_request, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    };
    await expect(send()).rejects.toThrow(/aborted|hang up|reset/);
  });

  it('is the end of a request that the server no longer takes', async () => {
    answer = (request) => void request.once('data', () => request.destroy());
    const call = open({ method: 'POST' });
    call.write(Buffer.alloc(8 * 1024 * 1024));
    await expect(once(call, 'response')).rejects.toThrow(/hang up|reset|EPIPE/i);
  });

  it('is 503 where the server is not there', async () => {
    server.closeAllConnections();
    server.close();
    const { status, text: body } = await send();
    expect([status, JSON.parse(body).reason]).toEqual([503, 'ServiceUnavailable']);
  });
});

describe('an upgrade', () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };

  it('becomes one connection', async () => {
    server.on('upgrade', (request, socket, head) => {
      const told = request.headers['fairlead-platform'] ? 'known' : 'unknown';
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n${told}`);
      socket.write(head);
      socket.pipe(socket);
    });
    const { certificate: cert, key } = await makeSelfSigned('CN=ann');
    const call = open({ headers, cert, key }).end();
    const [, socket, head] = await once(call, 'upgrade');
    let received = String(head);
    socket.on('data', (part: Buffer) => {
      received += part;
    });
    socket.write('hello');
    while (received !== 'knownhello') await once(socket, 'data');
    socket.end();
    await once(socket, 'close');
  });

  it('that is refused is an answer', async () => {
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno');
    });
    expect(await send({ headers })).toMatchObject({ status: 403, text: 'no' });
  });
});

it('a renewed certificate is for the next connection', async () => {
  answer = echoHeaders;
  const serial = async () => {
    const call = open().end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    return (response.socket as unknown as import('node:tls').TLSSocket).getPeerCertificate().serialNumber;
  };
  const before = await serial();
  await ensureCertificates(dataDir, ['localhost', '127.0.0.1', 'another.example']);
  front.renew(credentials());
  expect(await serial()).not.toBe(before);
});
