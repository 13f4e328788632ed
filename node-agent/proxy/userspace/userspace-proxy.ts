import type { RunCommand } from '../../network/command.ts';
import type { ServiceProxy, ServiceProxyState } from '../service-proxy.ts';
import { type Backend, type Protocol, resolveTargets, type ServiceTarget } from '../targets.ts';
import { type Balancer, createBalancer } from './balancer.ts';
import type { Listen, Listener } from './listener.ts';
import { listenTcp } from './tcp-listener.ts';
import { listenUdp } from './udp-listener.ts';

export interface UserspaceProxyDeps {
  nodeName: string;
  serviceCIDR: string;
  run: RunCommand;
  now(): number;
  log: { warn(message: string, fields?: Record<string, unknown>): void };
}

interface Door {
  balancer: Balancer;
  listener: Listener;
}

interface WantedDoor {
  host: string;
  port: number;
  protocol: Protocol;
  backends: Backend[];
  affinitySeconds: number | undefined;
}

const listenFor: Record<Protocol, Listen> = { TCP: listenTcp, UDP: listenUdp };

function doorsOf(target: ServiceTarget): WantedDoor[] {
  const common = { protocol: target.protocol, affinitySeconds: target.affinitySeconds };
  const doors = target.addresses.map((host) => ({ ...common, host, port: target.port, backends: target.internal }));
  if (target.nodePort !== undefined)
    doors.push({ ...common, host: '0.0.0.0', port: target.nodePort, backends: target.external });
  // Nobody listens for a port without backends: clients are refused at once, as with the kernel's rules.
  return doors.filter((door) => door.backends.length > 0);
}

/**
 * Proxies Services with sockets of this process. Cluster IPs become addresses of this machine by one local route for the
 * whole range, which needs the right to change routes; without it only node ports are served.
 */
export function createUserspaceProxy({ nodeName, serviceCIDR, run, now, log }: UserspaceProxyDeps): ServiceProxy {
  const doors = new Map<string, Door>();
  let ownsClusterIPs: boolean | undefined;

  async function claimClusterIPs(): Promise<boolean> {
    try {
      await run('ip', ['route', 'replace', 'local', serviceCIDR, 'dev', 'lo']);
      return true;
    } catch (error) {
      log.warn('cluster IPs are not served, only node ports: run `ip route replace local CIDR dev lo` as root', {
        cidr: serviceCIDR,
        reason: (error as Error).message,
      });
      return false;
    }
  }

  async function open(key: string, wanted: WantedDoor): Promise<void> {
    const balancer = createBalancer(now);
    balancer.update(wanted.backends, wanted.affinitySeconds);
    try {
      const listener = await listenFor[wanted.protocol]({ host: wanted.host, port: wanted.port, balancer });
      doors.set(key, { balancer, listener });
    } catch (error) {
      // One port that another program holds must not stop the others; the next update tries again.
      log.warn('a Service port cannot be opened', {
        address: wanted.host,
        port: wanted.port,
        reason: (error as Error).message,
      });
    }
  }

  async function apply(wanted: ReadonlyMap<string, WantedDoor>): Promise<void> {
    for (const [key, door] of doors) {
      if (wanted.has(key)) continue;
      doors.delete(key);
      await door.listener.close();
    }
    for (const [key, want] of wanted) {
      const door = doors.get(key);
      if (door) door.balancer.update(want.backends, want.affinitySeconds);
      else await open(key, want);
    }
  }

  return {
    async update(state: ServiceProxyState) {
      ownsClusterIPs ??= await claimClusterIPs();
      const wanted = resolveTargets(state, nodeName)
        .flatMap(doorsOf)
        .filter((door) => ownsClusterIPs || door.host === '0.0.0.0');
      await apply(new Map(wanted.map((door) => [`${door.protocol} ${door.host} ${door.port}`, door])));
    },
    async close() {
      await apply(new Map());
      if (ownsClusterIPs) await run('ip', ['route', 'del', 'local', serviceCIDR, 'dev', 'lo']);
      ownsClusterIPs = undefined;
    },
  };
}
