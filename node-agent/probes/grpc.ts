import { type ClientHttp2Session, connect } from 'node:http2';
import { dialFailure, hostPort, type Probe, type ProbeResult } from './probe.ts';

export interface GrpcOptions {
  action: NonNullable<Probe['grpc']>;
  podIP: string;
  timeoutMs: number;
}

const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const serving = 1;
const unimplemented = '12';

/** The standard health service, `grpc.health.v1.Health/Check`, without TLS. */
export async function grpcHealth({ action, podIP, timeoutMs }: GrpcOptions): Promise<ProbeResult> {
  const address = hostPort(podIP, action.port);
  const session = connect(`http://${address}`);
  const failure = (output: string): ProbeResult => ({ outcome: 'failure', output });
  try {
    const { status, message } = await check(session, { service: action.service ?? '', timeoutMs });
    if (status === unimplemented) return failure('error: this server does not implement the grpc health protocol');
    if (status !== '0') return failure(`error: health rpc probe failed: rpc error: code = ${status}`);
    const health = statusOf(message);
    if (health === serving) return { outcome: 'success', output: 'service healthy' };
    return failure(`service unhealthy (responded with "${statusNames[health] ?? health}")`);
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      return failure(`timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s`);
    return failure(`error: failed to connect service at "${address}": ${dialFailure(error, address) ?? error}`);
  } finally {
    session.destroy();
  }
}

function check(
  session: ClientHttp2Session,
  { service, timeoutMs }: { service: string; timeoutMs: number },
): Promise<{ status: string; message: Buffer }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DOMException('timed out', 'TimeoutError')), timeoutMs);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    session.on('error', (error) => end(() => reject(error)));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': 'kube-probe/1.36',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status = '';
    const note = (headers: Record<string, unknown>) => {
      status = String(headers['grpc-status'] ?? status);
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error) => end(() => reject(error)));
    stream.on('end', () => end(() => resolve({ status: status || '2', message: Buffer.concat(chunks) })));
    stream.end(requestFrame(service));
  });
}

/** gRPC's frame (no compression, length) around a message whose field 1 is the service's name. */
function requestFrame(service: string): Buffer {
  const name = Buffer.from(service);
  const body = name.length > 0 ? Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]) : Buffer.alloc(0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** Field 1 of the answer, an enum in one byte; absent means 0. */
function statusOf(message: Buffer): number {
  return message[5] === 0x08 ? (message[6] ?? 0) : 0;
}
