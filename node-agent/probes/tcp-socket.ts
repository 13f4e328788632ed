import { connect } from 'node:net';
import type { Container } from '../../shared/api/object.ts';
import { dialFailure, hostPort, type Probe, type ProbeResult, portOf } from './probe.ts';

export interface TcpSocketOptions {
  action: NonNullable<Probe['tcpSocket']>;
  container: Container;
  podIP: string;
  timeoutMs: number;
}

/** Whether the port takes connections. */
export function tcpSocket({ action, container, podIP, timeoutMs }: TcpSocketOptions): Promise<ProbeResult> {
  const host = action.host || podIP;
  const port = portOf(action.port, container);
  const address = hostPort(host, port);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end({ outcome: 'failure', output: `dial tcp ${address}: i/o timeout` }));
    socket.on('connect', () => end({ outcome: 'success', output: '' }));
    socket.on('error', (error) =>
      end({ outcome: 'failure', output: dialFailure(error, address) ?? `dial tcp ${address}: ${error.message}` }),
    );
  });
}
