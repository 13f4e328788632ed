import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from '../cli/server/admin-client.ts';
import { type Agent, createAgent } from '../node-agent/agent.ts';
import { systemClock } from '../node-agent/clock.ts';
import { createDial } from '../node-agent/connection/socket.ts';
import { joinCluster } from '../node-agent/join.ts';
import { silentLog } from '../node-agent/log.ts';
import { noPodNetwork } from '../node-agent/network/pod-network.ts';
import { noServiceProxy } from '../node-agent/proxy/service-proxy.ts';
import {
  createMemoryRuntime,
  type MemoryRuntime,
  type MemoryRuntimeOptions,
} from '../node-agent/runtime/memory-runtime.ts';
import { kubernetesVersion } from '../shared/api/version.ts';

export interface TestNodeOptions {
  /** Default: `node-1`, `node-2`, ... */
  name?: string;
  /** What it offers to Pods. Default: 4 CPUs, 8 GiB. */
  cpus?: number;
  memoryBytes?: number;
  /** What containers do once they are started. Default: they run until they are told to stop. */
  behave?: MemoryRuntimeOptions['behave'];
  /** Where images are. Default: every image is present. */
  images?: MemoryRuntimeOptions['images'];
}

export interface TestNode {
  name: string;
  /** The in-memory container engine: to look at containers and to make them fail. */
  runtime: MemoryRuntime;
  /** Ends the agent as if the machine had been switched off. Its Pods stay in the API until the cluster gives them up. */
  stop(): Promise<void>;
}

export interface TestNodeContext {
  url: string;
  ca: string;
  token: string;
  folder: string;
  index: number;
}

const gibibyte = 2 ** 30;

/** Joins a node through the same flow as any machine; resolves once its agent is connected and has reported. */
export async function startTestNode(options: TestNodeOptions & TestNodeContext): Promise<TestNode> {
  const { url: server, ca } = options;
  const nodeName = options.name ?? `node-${options.index}`;
  const cpus = options.cpus ?? 4;
  const memoryBytes = options.memoryBytes ?? 8 * gibibyte;
  const admin = new AdminClient({ url: server, adminToken: options.token, ca });
  const { token } = await admin.createToken({ ttlSeconds: 60, description: nodeName });
  const { credential } = await joinCluster({ server, ca, token, nodeName });
  const dataDir = join(options.folder, 'nodes', nodeName);
  const folders = { podsDir: join(dataDir, 'pods'), memoryDir: join(dataDir, 'memory') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const runtime = createMemoryRuntime({
    ...(options.behave ? { behave: options.behave } : {}),
    ...(options.images ? { images: options.images } : {}),
    cpus,
    memoryBytes,
  });
  const network = noPodNetwork();
  const agent: Agent = createAgent({
    nodeName,
    nodeIP: `192.0.2.${options.index}`,
    agentVersion: kubernetesVersion,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    runtime,
    network: {
      ...network,
      async ensure({ podCIDR }) {
        runtime.setPodCIDR(podCIDR);
      },
    },
    createProxy: noServiceProxy,
    dial: createDial({ server, credential, ca }),
    machine: {
      machineID: nodeName,
      bootID: nodeName,
      systemUUID: nodeName,
      osImage: 'Fairlead test node',
      kernelVersion: '6.0.0',
      architecture: 'amd64',
      cpus,
      memoryBytes,
    },
    disk: async () => ({ totalBytes: 100 * gibibyte, availableBytes: 90 * gibibyte }),
    ...folders,
    checkpoint: join(dataDir, 'checkpoint.json'),
  });
  await agent.start();
  await reported(agent, nodeName);
  return { name: nodeName, runtime, stop: () => agent.stop() };
}

const connectTimeoutMs = 10_000;

/** Resolves when the agent is connected and everything that it had to say has been acknowledged. */
async function reported(agent: Agent, nodeName: string): Promise<void> {
  const deadline = Date.now() + connectTimeoutMs;
  while (!agent.isConnected() || !agent.isReported()) {
    if (Date.now() > deadline) throw new Error(`the test node ${nodeName} did not reach its control plane within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
