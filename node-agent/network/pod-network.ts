/** Another node of the cluster, as far as Pod traffic needs it. */
export interface PeerNode {
  name: string;
  /** Address that this node reaches the peer at. */
  nodeIP: string;
  podCIDR: string;
}

export interface PodNetworkConfig {
  /** The range that this node's Pods get their addresses from. */
  podCIDR: string;
  /** All Pods of the cluster. */
  clusterCIDR: string;
  /** The virtual addresses of Services. */
  serviceCIDR: string;
  nodeIP: string;
  peers: PeerNode[];
}

/** Gives Pods their network: the engine's network that sandboxes join, and the way to the Pods of other nodes. */
export interface PodNetwork {
  /**
   * Brings the machine to `config`. Idempotent, called at start, on every change of a peer, and when the engine comes back.
   * Throws with a sentence for the operator when the machine cannot do it.
   */
  ensure(config: PodNetworkConfig): Promise<void>;
  /** Docker's network mode for the sandboxes of Pods with a network of their own. Valid after the first `ensure`. */
  sandboxNetwork(): string;
  /** Called after each start of a sandbox on that network. */
  sandboxStarted(): Promise<void>;
  /** Stops what runs in this process. Networks, routes and running Pods stay, so that the next agent finds them. */
  close(): Promise<void>;
}

/** Leaves the machine alone; sandboxes join `network`. For tests and for runtimes that need no network. */
export function noPodNetwork({ network = 'bridge' }: { network?: string } = {}): PodNetwork {
  return {
    ensure: () => Promise.resolve(),
    sandboxNetwork: () => network,
    sandboxStarted: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
