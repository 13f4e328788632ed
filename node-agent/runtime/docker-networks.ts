import type Docker from 'dockerode';
import type { BridgeSpec, EngineNetworks } from '../network/bridge-network.ts';

/** Our addresses stay ours: the engine neither hides Pods behind the machine's address nor keeps them apart. */
const bridgeOptions = (bridge: string) => ({
  'com.docker.network.bridge.name': bridge,
  'com.docker.network.bridge.enable_ip_masquerade': 'false',
  'com.docker.network.bridge.enable_icc': 'true',
});

/** First address of a range: the machine's own on the bridge. */
function gatewayOf(subnet: string): string {
  return subnet.replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 1}`);
}

async function find(docker: Docker, name: string): Promise<Docker.NetworkInspectInfo | undefined> {
  const found = await docker.listNetworks({ filters: { name: [name] } });
  // The engine's filter matches parts of names.
  return found.find((network) => network.Name === name);
}

/** The networks of a Docker engine. */
export function dockerNetworks(docker: Docker): EngineNetworks {
  return {
    async ensureBridge({ name, bridge, subnet }: BridgeSpec) {
      const present = await find(docker, name);
      if (present?.IPAM?.Config?.some((config) => config.Subnet === subnet)) return;
      // The node got another range: no Pod can have an address of the old one any more.
      if (present) await docker.getNetwork(present.Id).remove();
      await docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: gatewayOf(subnet) }] },
        Options: bridgeOptions(bridge),
        Labels: { 'dev.fairlead.network': 'pods' },
      });
    },
    async removeBridge(name: string) {
      const present = await find(docker, name);
      if (present) await docker.getNetwork(present.Id).remove();
    },
  };
}
