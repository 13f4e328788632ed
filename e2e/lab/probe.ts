/**
 * A client of the lab. Reads one JSON request a line, writes one JSON answer a line:
 *   {"protocol":"TCP","host":H,"port":P}                 -> {"name","client"} of the server, or {"error": code}
 *   {"protocol":"UDP","host":H,"port":P,"from":PORT?}    likewise
 *   {"protocol":"TCP","host":H,"port":P,"echoBytes":N}   -> {"echoed": bytes that came back unchanged}
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface ProbeRequest {
  protocol: 'TCP' | 'UDP';
  host: string;
  port: number;
  from?: number;
  echoBytes?: number;
}

export interface ProbeAnswer {
  name?: string;
  client?: string;
  error?: string;
  echoed?: number;
}

const timeoutMs = 4_000;

function askTcp({ host, port, echoBytes }: ProbeRequest): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host, port, timeout: timeoutMs, allowHalfOpen: true });
    const payload = Buffer.alloc(echoBytes ?? 0, 'fairlead ');
    socket.once('connect', () => socket.end(echoBytes ? payload : 'who\n'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
    socket.once('end', () => {
      const received = Buffer.concat(chunks);
      if (echoBytes) resolve({ echoed: received.equals(payload) ? received.length : 0 });
      else if (received.length === 0) resolve({ error: 'EEMPTY' });
      else resolve(JSON.parse(received.toString()) as ProbeAnswer);
    });
  });
}

function askUdp({ host, port, from }: ProbeRequest): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer: ProbeAnswer) => {
      clearTimeout(timer);
      socket.close(() => resolve(answer));
    };
    const timer = setTimeout(() => finish({ error: 'ETIMEDOUT' }), 1_000);
    socket.once('message', (message) => finish(JSON.parse(message.toString()) as ProbeAnswer));
    socket.once('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
    socket.bind(from ?? 0, () => socket.connect(port, host, () => socket.send('who')));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as ProbeRequest;
  console.log(JSON.stringify(await (request.protocol === 'TCP' ? askTcp(request) : askUdp(request))));
}
