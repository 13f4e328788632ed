import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from '../cli/server/admin-client.ts';
import type { Agent } from '../node-agent/agent.ts';
import { type HttpStreamRequest, startRequest, startWebSocket } from '../node-agent/http/request-node.ts';
import { joinCluster } from '../node-agent/join.ts';
import type { Machine } from '../node-agent/node/node-object.ts';
import {
  createMemoryRuntime,
  type MemoryRuntime,
  type MemoryRuntimeOptions,
} from '../node-agent/runtime/memory-runtime.ts';
import { createMemoryAgent } from '../node-agent/testing/memory-agent.ts';

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
  /**
   * What answers for a container that listens: HTTP for its Pod goes to this port of the loopback interface. Default:
   * nobody, and connections are refused. It is asked about hosts outside of the cluster, too, which may be names; what it
   * does not answer for of these is really called.
   */
  listener?(address: { ip: string; port: number }): number | undefined;
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
  for (const name of ['pods', 'memory']) mkdirSync(join(dataDir, name), { recursive: true });
  const runtime = createMemoryRuntime({
    ...(options.behave ? { behave: options.behave } : {}),
    ...(options.images ? { images: options.images } : {}),
    cpus,
    memoryBytes,
  });
  // Port 1 is nobody's: the refusal is that of a real connection.
  const atListener = (wanted: HttpStreamRequest): HttpStreamRequest => {
    const port = options.listener?.({ ip: wanted.host, port: wanted.port });
    if (wanted.outside && port === undefined) return wanted;
    return { ...wanted, outside: false, host: '127.0.0.1', port: port ?? 1 };
  };
  const agent = await createMemoryAgent({
    server,
    ca,
    credential,
    nodeName,
    nodeIP: `192.0.2.${options.index}`,
    runtime,
    dataDir,
    deps: {
      machine: machineOf(nodeName, { cpus, memoryBytes }),
      startRequest: (wanted, answered) => startRequest(atListener(wanted), answered),
      startWebSocket: (wanted) => startWebSocket(atListener(wanted)),
    },
  });
  await agent.start();
  await reported(agent, nodeName);
  return { name: nodeName, runtime, stop: () => agent.stop() };
}

function machineOf(name: string, size: { cpus: number; memoryBytes: number }): Machine {
  const ids = { machineID: name, bootID: name, systemUUID: name };
  return { ...ids, osImage: 'Fairlead test node', kernelVersion: '6.0.0', architecture: 'amd64', ...size };
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
