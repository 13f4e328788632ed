import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Kubeconfig } from '../../cli/kubeconfig.ts';
import { ClusterLab, type LabNode } from '../../e2e/cluster/cluster-lab.ts';
import type { Kubectl } from '../../e2e/lab/kubectl.ts';
import type { NetworkLab } from '../../e2e/lab/namespaces.ts';
import type { SuiteContext } from '../suite.ts';
import type { Server } from './server.ts';

/** A whole cluster with one node, each in a network namespace, with a Docker engine and the images of the guestbook. */
export interface OneNode {
  lab: NetworkLab;
  node: LabNode;
  agentPid: number;
  kubectl: Kubectl;
  /** The API server as the administrator reaches it from inside the lab. */
  api: Pick<Server, 'host' | 'port' | 'ca' | 'headers'>;
}

export async function startOneNode({ cleanup, progress }: SuiteContext): Promise<OneNode> {
  progress('starting a cluster with a Docker engine');
  const cluster = new ClusterLab({ prefix: `b${process.pid % 10_000}`, proxyModes: ['nftables'] });
  cleanup.defer(() => cluster.destroy());
  await cluster.start();
  const node = cluster.nodes[0] as LabNode;
  const config = parse(readFileSync(join(cluster.folder, 'kubeconfig'), 'utf8')) as Kubeconfig;
  return {
    lab: cluster.lab,
    node,
    agentPid: node.agent?.pid ?? 0,
    kubectl: cluster.kubectl,
    api: addressOf(config),
  };
}

function addressOf(config: Kubeconfig): OneNode['api'] {
  const cluster = config.clusters[0]?.cluster as { server: string; 'certificate-authority-data': string };
  const user = config.users[0]?.user as { token: string };
  const { hostname, port } = new URL(cluster.server);
  return {
    host: hostname,
    port: Number(port),
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    headers: { authorization: `Bearer ${user.token}` },
  };
}
