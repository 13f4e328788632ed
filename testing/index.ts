import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Kubeconfig, kubeconfigFor } from '../cli/kubeconfig.ts';
import { clusterUrl } from '../cli/server/credentials.ts';
import type { DeploymentSettings } from '../control-plane/settings.ts';
import type { ClusterSettings } from '../shared/kinds/define-kind.ts';
import { type EvictOptions, startControlPlane } from './control-plane.ts';
import { startTestNode, type TestNode, type TestNodeOptions } from './test-node.ts';

export type { EvictOptions } from './control-plane.ts';
export type { TestNode, TestNodeOptions } from './test-node.ts';

export interface StartClusterOptions {
  /** How many in-process nodes to start, or what each is like. Default: none; Pods then stay Pending. */
  nodes?: number | TestNodeOptions[];
  /** Cluster settings that differ from the defaults. */
  settings?: Partial<ClusterSettings & DeploymentSettings>;
  /** Where scheduler and controllers run: in the Cluster object (default) or in objects of their own. */
  controllers?: 'cluster' | 'object';
  /** Takes what the control plane logs: lines of JSON. Default: nobody does. */
  log?: (line: string) => void;
}

export interface TestCluster {
  /** Base URL of the API server: HTTPS on the loopback interface. */
  url: string;
  /** Administrator's bearer token. */
  token: string;
  /** PEM of the certificate authority that signed the server's certificate. */
  ca: string;
  /** For `new KubeConfig().loadFromString(...)` and the like. */
  kubeconfig: string;
  /** The same as a file, for `KUBECONFIG=...`. */
  kubeconfigPath: string;
  nodes: TestNode[];
  addNode(options?: TestNodeOptions): Promise<TestNode>;
  /** Another cluster of the same deployment, without nodes, isolated from this one. */
  createCluster(name: string): Promise<{ url: string; token: string; kubeconfig: string }>;
  deleteCluster(name: string): Promise<void>;
  /**
   * Takes every Durable Object of the control plane out of memory, as the platform may at any moment: what was
   * acknowledged stays, and `sockets` says whether watches and nodes keep their connections. For tests of clients.
   */
  evictObjects(options?: EvictOptions): Promise<void>;
  /** Ends everything; no process, port or file stays. */
  stop(): Promise<void>;
}

/**
 * Starts a whole Kubernetes control plane in this process (the real one, on Miniflare), and nodes if they are wanted:
 * real agents on an in-memory container engine. Needs neither Docker nor root nor the network.
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<TestCluster> {
  const controlPlane = await startControlPlane({
    settings: options.settings ?? {},
    controllers: options.controllers ?? 'cluster',
    log: options.log ?? (() => undefined),
  });
  const { url, ca, admin } = controlPlane;
  const nodes: TestNode[] = [];

  const stop = async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
    await controlPlane.stop();
  };

  async function create(name: string) {
    const { adminToken: token } = await admin.createCluster(name);
    const config: Kubeconfig = kubeconfigFor({ name, server: clusterUrl(url, name), ca, token });
    return { url: clusterUrl(url, name), token, kubeconfig: stringify(config) };
  }

  try {
    const { token, kubeconfig } = await create('default');
    const kubeconfigPath = join(controlPlane.folder, 'kubeconfig');
    writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });

    const addNode = async (nodeOptions: TestNodeOptions = {}) => {
      const node = await startTestNode({
        url,
        ca,
        token,
        folder: controlPlane.folder,
        index: nodes.length + 1,
        ...nodeOptions,
      });
      nodes.push(node);
      return node;
    };
    const wanted = Array.isArray(options.nodes)
      ? options.nodes
      : Array.from({ length: options.nodes ?? 0 }, () => ({}));
    for (const nodeOptions of wanted) await addNode(nodeOptions);

    const deleteCluster = (name: string) => admin.deleteCluster(name);
    const evictObjects = (evictOptions: EvictOptions = {}) => controlPlane.evictObjects(evictOptions);
    return {
      url,
      token,
      ca,
      kubeconfig,
      kubeconfigPath,
      nodes,
      addNode,
      createCluster: create,
      deleteCluster,
      evictObjects,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
