import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stringify } from 'yaml';
import { kubeconfigFor } from '../../cli/kubeconfig.ts';
import buildWhenStale from '../../miniflare-tests/cluster/build-when-stale.ts';
import { startControlPlane } from '../../testing/control-plane.ts';
import { startTestNode } from '../../testing/test-node.ts';
import { behave } from './containers.ts';
import { absentImage } from './pods.ts';

/** How the tests reach the server that all of them share. */
export interface ServerAccess {
  url: string;
  ca: string;
  /** Of the administrator of the cluster `default`. */
  token: string;
  /** Of the administrator of the deployment, who may create further clusters. */
  deploymentToken: string;
  kubeconfigPath: string;
  folder: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    server: ServerAccess;
  }
}

/** Starts the control plane with two nodes before the first test, and ends it after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildWhenStale();
  const controlPlane = await startControlPlane({ settings: {}, controllers: 'cluster', log: () => undefined });
  const { url, ca, admin, adminToken: deploymentToken, folder } = controlPlane;
  try {
    const { adminToken: token } = await admin.createCluster('default');
    const kubeconfigPath = join(folder, 'kubeconfig');
    const kubeconfig = kubeconfigFor({ name: 'default', server: url, ca, token });
    writeFileSync(kubeconfigPath, stringify(kubeconfig), { mode: 0o600 });
    const images = (reference: string) => (reference === absentImage ? 'absent' : 'present');
    const start = (index: number) => startTestNode({ url, ca, token, folder, index, images, behave });
    const nodes = [await start(1), await start(2)];
    project.provide('server', { url, ca, token, deploymentToken, kubeconfigPath, folder });
    return async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await controlPlane.stop();
    };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}
