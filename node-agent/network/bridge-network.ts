import type { RunCommand } from './command.ts';
import { isOnLink, peerRoutes, type VxlanPeer, vxlanMac } from './peer-routes.ts';
import type { PodNetwork, PodNetworkConfig } from './pod-network.ts';
import type { Sysctl } from './sysctl.ts';

/** The part of a container engine that keeps networks. */
export interface EngineNetworks {
  /** Creates the bridge network, or leaves it as it is where it has this subnet; one with another subnet is replaced. */
  ensureBridge(network: BridgeSpec): Promise<void>;
  /** Removes it; an absent one is fine. */
  removeBridge(name: string): Promise<void>;
}

export interface BridgeSpec {
  name: string;
  /** Name of the machine's interface, at most 15 characters. */
  bridge: string;
  subnet: string;
}

export interface BridgeNetworkDeps {
  networks: EngineNetworks;
  run: RunCommand;
  sysctl: Sysctl;
  log: { warn(message: string, fields?: Record<string, unknown>): void };
}

export const networkName = 'fairlead';
export const bridgeName = 'fairlead0';
const vxlanName = 'fairlead-vx';
const tableName = 'fairlead_network';
/** Linux's own numbers for VXLAN, as other Pod networks use them: not 4789, which a host may use itself. */
const vxlan = { id: '4096', port: '8472' };

/**
 * Pods on a bridge of this machine with addresses from the node's Pod CIDR, and routes to the Pods of the other nodes:
 * direct ones to nodes on the same link, VXLAN to those behind a router.
 */
export function createBridgeNetwork({ networks, run, sysctl, log }: BridgeNetworkDeps): PodNetwork {
  let applied = '';

  /** Pods reach the outside with this machine's address, other Pods with their own. */
  async function masquerade({ podCIDR, clusterCIDR }: PodNetworkConfig): Promise<void> {
    await run(
      'nft',
      ['-f', '-'],
      `table ip ${tableName} {}
delete table ip ${tableName}
table ip ${tableName} {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr ${podCIDR} ip daddr != ${clusterCIDR} oifname != "${bridgeName}" masquerade
  }
}
`,
    );
  }

  /** Docker drops what it has not routed itself; its `DOCKER-USER` chain is the place to allow it. */
  async function allowForwarding(clusterCIDR: string): Promise<void> {
    const hasChain = await run('iptables', ['-w', '-n', '-L', 'DOCKER-USER']).then(
      () => true,
      () => false,
    );
    if (!hasChain) return;
    for (const direction of ['-s', '-d']) {
      const rule = ['DOCKER-USER', direction, clusterCIDR, '-j', 'ACCEPT'];
      const present = await run('iptables', ['-w', '-C', ...rule]).then(
        () => true,
        () => false,
      );
      if (!present) await run('iptables', ['-w', '-I', ...rule]);
    }
  }

  async function ensureVxlan(nodeIP: string, podCIDR: string): Promise<void> {
    const exists = await run('ip', ['link', 'show', vxlanName]).then(
      () => true,
      () => false,
    );
    if (!exists) {
      const kind = ['type', 'vxlan', 'id', vxlan.id, 'local', nodeIP, 'dstport', vxlan.port, 'nolearning'];
      await run('ip', ['link', 'add', vxlanName, 'address', vxlanMac(nodeIP), ...kind]);
    }
    const address = `${podCIDR.split('/')[0]}/32`;
    await run('ip', ['addr', 'replace', address, 'dev', vxlanName]);
    await run('ip', ['link', 'set', vxlanName, 'up']);
  }

  async function connectVxlanPeer({ peer, mac, gateway }: VxlanPeer): Promise<void> {
    await run('bridge', ['fdb', 'replace', mac, 'dev', vxlanName, 'dst', peer.nodeIP]);
    await run('ip', ['neigh', 'replace', gateway, 'lladdr', mac, 'dev', vxlanName, 'nud', 'permanent']);
    await run('ip', ['route', 'replace', peer.podCIDR, 'via', gateway, 'dev', vxlanName, 'onlink']);
  }

  async function connectPeers(config: PodNetworkConfig): Promise<void> {
    const onLink = new Map<string, boolean>();
    for (const peer of config.peers) {
      // A peer that no route leads to yet is tried again at the next change.
      const route = await run('ip', ['route', 'get', peer.nodeIP]).catch((error: Error) => {
        log.warn('no way to another node', { node: peer.name, address: peer.nodeIP, reason: error.message });
        return undefined;
      });
      if (route !== undefined) onLink.set(peer.name, isOnLink(route));
    }
    const plan = peerRoutes(config, (peer) => onLink.get(peer.name));
    if (plan.vxlan.length > 0) await ensureVxlan(config.nodeIP, config.podCIDR);
    for (const { peer } of plan.direct) await run('ip', ['route', 'replace', peer.podCIDR, 'via', peer.nodeIP]);
    for (const peer of plan.vxlan) await connectVxlanPeer(peer);
    await dropOldRoutes(config);
  }

  /** Routes into the cluster's range that lead to no present peer. */
  async function dropOldRoutes({ clusterCIDR, peers, podCIDR }: PodNetworkConfig): Promise<void> {
    const wanted = new Set([podCIDR, ...peers.map((peer) => peer.podCIDR)]);
    const routes = await run('ip', ['route', 'show', 'root', clusterCIDR]);
    for (const line of routes.split('\n')) {
      const destination = line.split(' ')[0] ?? '';
      if (destination.includes('/') && !wanted.has(destination)) await run('ip', ['route', 'del', destination]);
    }
  }

  return {
    async ensure(config) {
      const wanted = JSON.stringify(config);
      if (wanted === applied) return;
      applied = '';
      await networks.ensureBridge({ name: networkName, bridge: bridgeName, subnet: config.podCIDR });
      if (!(await sysctl.set('net/ipv4/ip_forward', '1'))) {
        log.warn(
          'packets are not forwarded between Pods and other machines: run `sysctl net.ipv4.ip_forward=1` as root',
        );
      }
      await masquerade(config);
      await allowForwarding(config.clusterCIDR);
      // Gives this node's own processes a way to Services also where the machine has no default route.
      await run('ip', ['route', 'replace', config.serviceCIDR, 'dev', bridgeName]);
      await connectPeers(config);
      applied = wanted;
    },
    sandboxNetwork: () => networkName,
    sandboxStarted: () => enableHairpin(run),
    close: () => Promise.resolve(),
  };
}

/**
 * Lets a Pod reach itself through its own Service: a bridge does not send a packet back through the port that it came
 * from unless the port says so, and the engine makes a new port for each sandbox.
 */
async function enableHairpin(run: RunCommand): Promise<void> {
  const ports = JSON.parse(await run('bridge', ['-d', '-j', 'link', 'show'])) as {
    ifname: string;
    master?: string;
    hairpin?: boolean;
  }[];
  for (const port of ports) {
    if (port.master !== bridgeName || port.hairpin) continue;
    // The sandbox may be gone again by now, and its port with it.
    await run('bridge', ['link', 'set', 'dev', port.ifname, 'hairpin', 'on']).catch((error: Error) => {
      if (!/Cannot find device/.test(error.message)) throw error;
    });
  }
}

/** Takes back everything that `createBridgeNetwork` did to the machine. No Pod may be left on the network. */
export async function removeBridgeNetwork({
  networks,
  run,
}: Pick<BridgeNetworkDeps, 'networks' | 'run'>): Promise<void> {
  await networks.removeBridge(networkName);
  await run('nft', ['-f', '-'], `table ip ${tableName} {}\ndelete table ip ${tableName}\n`);
  const hasVxlan = (await run('ip', ['-o', 'link', 'show'])).includes(` ${vxlanName}:`);
  if (hasVxlan) await run('ip', ['link', 'del', vxlanName]);
}
