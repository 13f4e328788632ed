import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import type { Node } from '../../shared/api/object.ts';
import { ApiClient } from '../api-client.ts';
import { dataDirOption, option } from '../config.ts';
import { createProgress, UserError } from '../report.ts';
import { AdminClient } from '../server/admin-client.ts';
import { advertisedAddress } from '../server/advertise.ts';
import { certificateFiles } from '../server/certificates.ts';
import { localDeployment, requireCredential } from '../server/credentials.ts';
import { DataDir } from '../server/data-dir.ts';
import { splitListen } from '../server/local-server.ts';
import { packageRoot } from '../server/package-root.ts';
import { agentDaemon, serverDaemon } from '../up/cluster-daemons.ts';
import { type Daemon, logTail, runningPid, startDaemon } from '../up/daemon.ts';
import { checkMachine, defaultDockerHost, ensureEngine, hasCommand } from '../up/docker-engine.ts';
import { ensureImages, guestbookManifests, waitForGuestbook } from '../up/guestbook.ts';
import { defaultNodeIP } from '../up/node-ip.ts';
import { writeUpKubeconfig } from '../up/up-kubeconfig.ts';

interface UpOptions {
  dataDir: string;
  listen: string;
  dockerHost: string;
  nodeName: string;
  nodeIp?: string;
  example: boolean;
}

const startTimeoutMs = 30_000;
const nodeReadyTimeoutMs = 60_000;

/** Polls `check` until it returns something; a daemon that does not get there is reported with its last words. */
async function waitFor<T>(
  dataDir: DataDir,
  daemon: Daemon,
  timeoutMs: number,
  check: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result !== undefined) return result;
    const ended = runningPid(dataDir, daemon) === undefined;
    if (ended || Date.now() > deadline) {
      throw new UserError(
        `The ${daemon.name} did not come up within ${timeoutMs / 1000} s; its last words were:\n${logTail(dataDir, daemon.name)}`,
      );
    }
    await delay(50);
  }
}

async function startServer(dataDir: DataDir, options: UpOptions, remark: (text: string) => void): Promise<string> {
  const { host, port } = splitListen(options.listen);
  const nodeIP = () => options.nodeIp ?? defaultNodeIP();
  const advertiseAddress = advertisedAddress({ host, port, hostIP: nodeIP });
  const daemon = serverDaemon(dataDir, { listen: options.listen, advertiseAddress });
  const started = startDaemon(dataDir, daemon);
  const url = await waitFor(dataDir, daemon, startTimeoutMs, async () => {
    const deployment = localDeployment(dataDir);
    if (!deployment) return undefined;
    const admin = new AdminClient(deployment);
    // Refused connections and a missing cluster both mean "not yet"; waitFor bounds them.
    const clusters = await admin.listClusters().catch(() => []);
    return clusters.some((cluster) => cluster.name === 'default') ? deployment.url : undefined;
  });
  remark(`${started ? 'started' : 'already running'} at ${url}`);
  return url;
}

async function joinThisMachine(
  dataDir: DataDir,
  options: UpOptions,
  url: string,
  remark: (text: string) => void,
): Promise<void> {
  const credential = requireCredential(dataDir, 'default');
  const admin = new AdminClient({ url, adminToken: credential.token, ca: credential.ca });
  // A node that has joined before ignores the token; a new one gets one that is soon worthless.
  const { token } = await admin.createToken({ ttlSeconds: 600, description: 'fairlead up' });
  const nodeIP = options.nodeIp ?? defaultNodeIP();
  const daemon = agentDaemon(dataDir, { ...options, url, token, nodeIP, caFile: dataDir.file(certificateFiles.ca) });
  startDaemon(dataDir, daemon);
  const api = new ApiClient(credential);
  await waitFor(dataDir, daemon, nodeReadyTimeoutMs, async () => {
    const node = await api.get<Node>(`/api/v1/nodes/${options.nodeName}`).catch(() => undefined);
    const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready');
    return ready?.status === 'True' ? true : undefined;
  });
  remark(`node ${options.nodeName} (${nodeIP}) is Ready`);
}

async function up(options: UpOptions): Promise<void> {
  const dataDir = new DataDir(options.dataDir);
  splitListen(options.listen);
  await checkMachine(options.dockerHost);
  dataDir.prepare();
  const progress = createProgress();
  await progress.step('Docker engine', (remark) => ensureEngine(options.dockerHost, dataDir, remark));
  const url = await progress.step('Control plane', (remark) => startServer(dataDir, options, remark));
  await progress.step('This machine joins', (remark) => joinThisMachine(dataDir, options, url, remark));
  const kubeconfig = writeUpKubeconfig(dataDir);
  if (options.example) {
    const api = new ApiClient(requireCredential(dataDir, 'default'));
    const guestbookUrl = 'http://127.0.0.1:30080';
    await progress.step('Images of the guestbook', async (remark) => ensureImages(options.dockerHost, remark));
    await progress.step('Applying examples/guestbook', async () => {
      for (const manifest of guestbookManifests()) await api.apply(manifest, 'fairlead-up');
    });
    await progress.step('Guestbook', (remark) => waitForGuestbook(api, guestbookUrl, remark));
    console.log(`\nThe guestbook answers at ${guestbookUrl}\n`);
  } else {
    console.log('\nThe cluster is up.\n');
  }
  console.log(`  export KUBECONFIG=${kubeconfig}`);
  console.log(`  kubectl get pods -o wide\n`);
  if (!hasCommand('kubectl'))
    console.log('There is no kubectl here yet: https://kubernetes.io/docs/tasks/tools/ says how to get it.\n');
  console.log(
    `Stop everything with \`npm run down\`; the state stays in ${options.dataDir}. More: ${join(packageRoot(), 'README.md')}`,
  );
}

export function upCommand(): Command {
  return new Command('up')
    .description('bring up a cluster on this machine: Docker, control plane, node, and the guestbook on it')
    .addOption(dataDirOption())
    .addOption(option('--listen <host:port>', 'where the API server listens', '127.0.0.1:6443'))
    .addOption(option('--docker-host <url>', 'the Docker engine to run Pods on', defaultDockerHost()))
    .addOption(option('--node-name <name>', 'name of the Node', hostname().toLowerCase()))
    .addOption(option('--node-ip <address>', 'address under which other nodes reach this one'))
    .option('--no-example', 'do not run the guestbook')
    .action(up);
}
