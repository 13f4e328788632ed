import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { kubernetesVersion } from '../shared/api/version.ts';
import { type Agent, createAgent } from './agent.ts';
import { systemClock } from './clock.ts';
import { createDial } from './connection/socket.ts';
import { JoinError, joinCluster, readCredential, writeCredential } from './join.ts';
import type { Log } from './log.ts';
import { prepareMemoryDir, releaseMemoryDir } from './memory-dir.ts';
import { createBridgeNetwork, removeBridgeNetwork } from './network/bridge-network.ts';
import { runCommand } from './network/command.ts';
import { procSysctl } from './network/sysctl.ts';
import { readDisk, readMachine } from './node/machine.ts';
import { containerLabels } from './pods/identity.ts';
import { createNftablesProxy } from './proxy/nftables/nftables-proxy.ts';
import { tableName } from './proxy/nftables/ruleset.ts';
import { createUserspaceProxy } from './proxy/userspace/userspace-proxy.ts';
import { createDockerNetworks, createDockerRuntime } from './runtime/docker-runtime.ts';

export interface AgentConfig {
  /** The API endpoint of the cluster, `https://host[:port][/clusters/NAME]`. */
  server: string;
  /** A bootstrap token; needed until the node has a credential of its own. */
  token?: string;
  caFile?: string;
  /** Where the node's credential is kept; in the data directory by default. */
  credentialFile?: string;
  nodeName: string;
  nodeIP: string;
  dockerHost: string;
  /** The agent uses `node-NAME` in it. */
  dataDir: string;
  /** `nftables` as root, else `userspace`. */
  proxyMode?: 'nftables' | 'userspace';
}

const proxyFields = (log: Log) => ({
  warn: (message: string, fields: Record<string, unknown> = {}) => log.warn(fields, message),
});

/**
 * Runs the node agent until the process is told to stop (SIGTERM, SIGINT), or until another agent takes the node over.
 * Throws JoinError when the machine is not let in. Pods run on when it returns.
 */
export async function runAgent(config: AgentConfig): Promise<void> {
  const log: Log = pino({ base: { node: config.nodeName } });
  const over = Promise.withResolvers<void>();
  const stop = () => over.resolve();
  const agent = await prepareAgent(config, { log, replaced: stop });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await agent.start();
  await over.promise;
  process.off('SIGTERM', stop);
  process.off('SIGINT', stop);
  await agent.stop();
}

async function prepareAgent(config: AgentConfig, { log, replaced }: { log: Log; replaced(): void }): Promise<Agent> {
  const { server, nodeName, nodeIP, dockerHost } = config;
  const { dataDir, podsDir, memoryDir } = foldersOf(config);
  await mkdir(podsDir, { recursive: true, mode: 0o700 });
  await prepareMemoryDir(memoryDir, { run: runCommand, log });
  const ca = config.caFile ? await readFile(config.caFile, 'utf8') : undefined;
  const credential = await obtainCredential(config, {
    file: config.credentialFile ?? join(dataDir, 'credential.json'),
    ca,
  });
  const network = createBridgeNetwork({
    networks: createDockerNetworks({ host: dockerHost }),
    run: runCommand,
    sysctl: procSysctl,
    log: proxyFields(log),
  });
  return createAgent({
    nodeName,
    nodeIP,
    agentVersion: kubernetesVersion,
    clock: systemClock,
    log,
    random: Math.random,
    runtime: createDockerRuntime({
      host: dockerHost,
      clock: systemClock,
      minimumOomScoreAdj: await minimumOomScoreAdj(),
    }),
    network,
    createProxy: (ranges) => createProxy(config, { ranges, log }),
    dial: createDial({ server, credential, ...(ca ? { ca } : {}) }),
    machine: await readMachine(),
    disk: () => readDisk(dataDir),
    podsDir,
    memoryDir,
    checkpoint: join(dataDir, 'checkpoint.json'),
    refused(reason) {
      if (reason === 'replaced') replaced();
    },
  });
}

function foldersOf({ dataDir: parent, nodeName }: Pick<AgentConfig, 'dataDir' | 'nodeName'>) {
  const dataDir = join(parent, `node-${nodeName}`);
  return { dataDir, podsDir: join(dataDir, 'pods'), memoryDir: join(dataDir, 'memory') };
}

async function obtainCredential(
  config: AgentConfig,
  { file, ca }: { file: string; ca: string | undefined },
): Promise<string> {
  const { server, nodeName, token } = config;
  const stored = await readCredential(file, { server, nodeName });
  if (stored) return stored;
  if (!token)
    throw new JoinError(`this machine has not joined ${server} as ${nodeName} yet: give it a bootstrap token`);
  const { credential } = await joinCluster({ server, token, nodeName, ...(ca ? { ca } : {}) });
  await writeCredential(file, { server, nodeName, credential });
  return credential;
}

function createProxy(
  { nodeName, proxyMode }: AgentConfig,
  { ranges, log }: { ranges: { clusterCIDR: string; serviceCIDR: string; podCIDR: string }; log: Log },
) {
  const deps = { nodeName, run: runCommand, log: proxyFields(log) };
  const mode = proxyMode ?? (process.getuid?.() === 0 ? 'nftables' : 'userspace');
  return mode === 'nftables'
    ? createNftablesProxy({ ...deps, network: ranges, sysctl: procSysctl })
    : createUserspaceProxy({ ...deps, serviceCIDR: ranges.serviceCIDR, now: Date.now });
}

const capSysResource = 24n;

/** Without CAP_SYS_RESOURCE a container with a negative score cannot be started: its processes then count as ordinary. */
async function minimumOomScoreAdj(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return (capabilities >> capSysResource) & 1n ? -1000 : 0;
}

/**
 * Removes what the agents of a node left on the machine: its containers, the Pod network, the rules of the proxy. Returns
 * how many containers there were.
 */
export async function cleanUpNode(config: Pick<AgentConfig, 'dockerHost' | 'nodeName' | 'dataDir'>): Promise<number> {
  const { dockerHost, nodeName } = config;
  const runtime = createDockerRuntime({ host: dockerHost, clock: systemClock, minimumOomScoreAdj: 0 });
  const ids = await runtime.list({ [containerLabels.node]: nodeName });
  for (const id of ids) await runtime.remove(id);
  if (process.getuid?.() === 0) {
    await removeBridgeNetwork({ networks: createDockerNetworks({ host: dockerHost }), run: runCommand });
    await runCommand('nft', ['-f', '-'], `table ip ${tableName} {}\ndelete table ip ${tableName}\n`);
    await releaseMemoryDir(foldersOf(config).memoryDir, runCommand);
  }
  return ids.length;
}
