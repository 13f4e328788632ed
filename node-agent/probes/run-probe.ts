import { execCommand } from './exec.ts';
import { grpcHealth } from './grpc.ts';
import { httpGet } from './http-get.ts';
import { type Probe, ProbeError, type ProbeResult, type ProbeTarget } from './probe.ts';
import { tcpSocket } from './tcp-socket.ts';

/** A result that says nothing is asked for again this often at once, as the kubelet does. */
const attempts = 3;
const userAgent = 'kube-probe/1.36';

/** Looks at a container once, from this node. Throws ProbeError when nothing can be said of it. */
export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await look(probe, target);
    } catch (error) {
      if (!(error instanceof ProbeError) || attempt === attempts) throw error;
    }
  }
}

function look({ exec, httpGet: http, tcpSocket: tcp, grpc }: Probe, target: ProbeTarget): Promise<ProbeResult> {
  if (exec) return execCommand({ ...target, command: exec.command ?? [] });
  if (http) return httpGet({ ...target, action: http, userAgent });
  if (tcp) return tcpSocket({ ...target, action: tcp });
  if (grpc) return grpcHealth({ ...target, action: grpc });
  return Promise.reject(new ProbeError('missing probe handler'));
}
