import type { PeerNode, PodNetworkConfig } from './pod-network.ts';

export interface VxlanPeer {
  peer: PeerNode;
  /** Link-layer address of the peer's tunnel end: derived from its address, so that nobody has to announce it. */
  mac: string;
  /** First address of the peer's Pod CIDR: stands for its tunnel end in routes. */
  gateway: string;
}

export interface PeerPlan {
  direct: { peer: PeerNode }[];
  vxlan: VxlanPeer[];
}

/** `0a:66` and the four bytes of the address. */
export function vxlanMac(nodeIP: string): string {
  const bytes = nodeIP.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['0a', '66', ...bytes].join(':');
}

/** Reads `ip route get ADDRESS`: true when the address is on a link of this machine, with no router in between. */
export function isOnLink(routeGet: string): boolean {
  return !/\bvia\b/.test(routeGet.split('\n')[0] ?? '');
}

/** How each peer is reached. `onLink` says undefined for a peer that there is no route to: it is left out for now. */
export function peerRoutes(
  { peers, nodeIP }: PodNetworkConfig,
  onLink: (peer: PeerNode) => boolean | undefined,
): PeerPlan {
  const plan: PeerPlan = { direct: [], vxlan: [] };
  for (const peer of peers) {
    // A peer with our own address shares this machine: the kernel knows its Pods already.
    if (peer.nodeIP === nodeIP) continue;
    const near = onLink(peer);
    if (near === true) plan.direct.push({ peer });
    if (near === false)
      plan.vxlan.push({ peer, mac: vxlanMac(peer.nodeIP), gateway: peer.podCIDR.split('/')[0] as string });
  }
  return plan;
}
