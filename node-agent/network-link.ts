import type { Clock } from './clock.ts';
import type { DesiredState } from './connection/desired-state.ts';
import { type Log, textOf } from './log.ts';
import type { PeerNode, PodNetwork, PodNetworkConfig } from './network/pod-network.ts';
import { createSerialTask } from './serial-task.ts';

export interface NetworkLinkDeps {
  clock: Clock;
  log: Log;
  nodeName: string;
  nodeIP: string;
  network: PodNetwork;
  state: DesiredState;
  changed(status: { ready: boolean; message: string }): void;
}

export interface NetworkLink {
  /** The state may say something new about nodes or ranges. */
  update(): void;
  /** Pods can have sandboxes. */
  isReady(): boolean;
  stop(): void;
}

/** Keeps the Pod network at what the cluster's Nodes say. */
export function createNetworkLink({
  clock,
  log,
  nodeName,
  nodeIP,
  network,
  state,
  changed,
}: NetworkLinkDeps): NetworkLink {
  let ready = false;
  const task = createSerialTask({
    clock,
    async run() {
      const config = configOf();
      if (!config) return;
      await network.ensure(config);
      if (ready) return;
      ready = true;
      changed({ ready, message: '' });
    },
    failed(error) {
      log.error({ error: textOf(error) }, 'the Pod network cannot be set up');
      // One that worked goes on working for the Pods that use it.
      if (!ready) changed({ ready, message: `container runtime network not ready: ${textOf(error)}` });
    },
  });

  function configOf(): PodNetworkConfig | undefined {
    const cluster = state.cluster();
    const podCIDR = state.node()?.spec?.podCIDR;
    if (!cluster || !podCIDR) return undefined;
    const { clusterCIDR, serviceCIDR } = cluster;
    return { podCIDR, clusterCIDR, serviceCIDR, nodeIP, peers: peers() };
  }

  function peers(): PeerNode[] {
    const found: PeerNode[] = [];
    for (const { metadata, spec, status } of state.nodes()) {
      const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      if (metadata.name === nodeName || !metadata.name || !address || !spec?.podCIDR) continue;
      found.push({ name: metadata.name, nodeIP: address, podCIDR: spec.podCIDR });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  return { update: task.request, isReady: () => ready, stop: () => void task.stop() };
}
