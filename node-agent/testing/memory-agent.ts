import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesVersion } from '../../shared/api/version.ts';
import { type Agent, type AgentDeps, createAgent } from '../agent.ts';
import { systemClock } from '../clock.ts';
import { createDial } from '../connection/socket.ts';
import { silentLog } from '../log.ts';
import { noPodNetwork } from '../network/pod-network.ts';
import type { Machine } from '../node/node-object.ts';
import { noServiceProxy } from '../proxy/service-proxy.ts';
import { createMemoryRuntime, type MemoryRuntime } from '../runtime/memory-runtime.ts';

export interface MemoryAgentOptions {
  server: string;
  credential: string;
  /** PEM of the server's authority. */
  ca?: string;
  nodeName: string;
  nodeIP?: string;
  /** Its containers; a new in-memory engine by default. */
  runtime?: MemoryRuntime;
  /** Files of Pods and the checkpoint; by default a temporary directory that goes with the agent. */
  dataDir?: string;
  deps?: Partial<AgentDeps>;
}

export interface MemoryAgent extends Agent {
  readonly runtime: MemoryRuntime;
  readonly dataDir: string;
}

const machine: Machine = {
  machineID: 'memory',
  bootID: 'memory',
  systemUUID: 'memory',
  osImage: 'in-memory',
  kernelVersion: '0.0.0',
  architecture: 'amd64',
  cpus: 8,
  memoryBytes: 16 * 2 ** 30,
};

/** A whole node agent in this process, whose containers exist in memory only. The address range follows the Node's Pod CIDR. */
export async function createMemoryAgent(options: MemoryAgentOptions): Promise<MemoryAgent> {
  const { server, credential, ca, nodeName, nodeIP = '127.0.0.1', runtime = createMemoryRuntime() } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'fairlead-node-')));
  const network = noPodNetwork({ network: 'memory' });
  const agent = createAgent({
    nodeName,
    nodeIP,
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
    dial: createDial({ server, credential, ...(ca ? { ca } : {}) }),
    machine,
    disk: () => Promise.resolve({ totalBytes: 100 * 2 ** 30, availableBytes: 50 * 2 ** 30 }),
    podsDir: join(dataDir, 'pods'),
    memoryDir: join(dataDir, 'memory'),
    checkpoint: join(dataDir, 'checkpoint.json'),
    ...options.deps,
  });
  return {
    ...agent,
    runtime,
    dataDir,
    async stop(stopOptions) {
      await agent.stop(stopOptions);
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
