import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { firstServiceAddress, parseDeploymentSettings } from '../../control-plane/settings.ts';
import { type ClusterSettings, defaultSettings } from '../../shared/kinds/define-kind.ts';
import { UserError } from '../report.ts';
import { defaultNodeIP } from '../up/node-ip.ts';
import { AdminClient } from './admin-client.ts';
import { advertisedAddress } from './advertise.ts';
import { auditLinePrefix } from './audit.ts';
import type { AuditLog } from './audit-log.ts';
import { certificateFiles, ensureCertificates, serverNames } from './certificates.ts';
import { credentialOf, type ServerFile, saveCredential } from './credentials.ts';
import type { DataDir } from './data-dir.ts';
import { splitLines } from './lines.ts';
import { createLocalFront } from './local-front.ts';
import { packageRoot } from './package-root.ts';
import { deploymentSecrets, tokenHash } from './secrets.ts';
import { workerdConfig } from './workerd-config.ts';

export interface LocalServerOptions {
  dataDir: DataDir;
  /** `HOST:PORT`. */
  listen: string;
  /** `HOST:PORT` for clients that have certificates; absent: nothing listens for them. */
  listenForCertificates?: string;
  /** JSON of cluster settings that differ from the defaults. */
  settings?: string;
  /** `IP:PORT` at which nodes and Pods reach the server, where that is not to be told from `listen`. */
  advertiseAddress?: string;
  /** Where controllers and scheduler run: in the Cluster object (default) or in objects of their own. */
  controllers?: 'cluster' | 'object';
  /** Most megabytes of JavaScript objects that the control plane may hold; it starts again where it needs more. */
  heapLimit?: number;
  /** The value of `FAIRLEAD_AUDIT`. */
  audit?: string;
  /** Takes the audit events that the Worker prints. Default: they are logged. */
  auditLog?: AuditLog;
  log(message: string): void;
}

export interface LocalServer {
  /** Base URL for clients on this machine. */
  url: string;
  caFile: string;
  /** Resolves when the server has stopped for good. */
  done: Promise<void>;
  stop(): Promise<void>;
}

const readyTimeoutMs = 20_000;
const stopGraceMs = 1_000;
/** A certificate is renewed months before its end, so that a look once a day is often enough. */
const renewalIntervalMs = 86_400_000;
const restartDelaysMs = [100, 500, 2_000, 5_000];

export function splitListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(listen);
  const port = Number(match?.[3]);
  if (!match || port > 65_535)
    throw new UserError(`--listen takes HOST:PORT, for example 127.0.0.1:6443, not "${listen}".`);
  return { host: match[1] ?? (match[2] as string), port };
}

/** For clients on this machine. */
function localUrl({ host, port }: { host: string; port: number }): string {
  const localHost =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `https://${localHost}:${port}`;
}

/** The binary itself: the package's own launcher would be one more process that can outlive us. */
export function workerdBinary(): string {
  const require = createRequire(import.meta.url);
  const platform = `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}`;
  return require.resolve(`${platform}/bin/workerd`, { paths: [dirname(require.resolve('workerd/package.json'))] });
}

/** Ends a workerd that an earlier, killed server left behind on this data directory. */
function endLeftover(dataDir: DataDir): void {
  const pid = Number(dataDir.read('workerd.pid') ?? 0);
  const commandLine = `/proc/${pid}/cmdline`;
  if (!pid || !existsSync(commandLine) || !readFileSync(commandLine, 'utf8').includes(dataDir.path)) return;
  process.kill(pid, 'SIGKILL');
}

/** What an operator sets for all clusters, checked before anything starts with it. */
function deploymentSettings(json: string | undefined): Partial<ClusterSettings> {
  try {
    parseDeploymentSettings(json);
    return JSON.parse(json || '{}');
  } catch (cause) {
    throw new UserError(`--settings cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** Addresses under which Pods reach the server: of the Service `kubernetes`, and the one behind it. */
function addressesOf({ serviceCIDR, apiServerAddress = '' }: Partial<ClusterSettings>): string[] {
  const service = firstServiceAddress({ serviceCIDR: serviceCIDR ?? defaultSettings.serviceCIDR });
  return [service, ...(apiServerAddress ? [apiServerAddress.replace(/:\d+$/, '')] : [])];
}

/**
 * Runs the control plane on plain workerd with its state in `dataDir`, and keeps it running. Resolves when it answers
 * and the cluster `default` exists.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { dataDir, log } = options;
  const { host, port } = splitListen(options.listen);
  dataDir.prepare();
  endLeftover(dataDir);
  const apiServerAddress = advertisedAddress({
    given: options.advertiseAddress,
    host,
    port,
    hostIP: defaultNodeIP,
  });
  const given = deploymentSettings(options.settings);
  const certificateAddress = options.listenForCertificates ? splitListen(options.listenForCertificates) : undefined;
  const names = serverNames(host, addressesOf({ apiServerAddress, ...given }));
  await ensureCertificates(dataDir, names);
  const secrets = deploymentSecrets(dataDir);
  const dist = join(packageRoot(), 'dist');
  copyFileSync(join(dist, 'worker.js'), dataDir.file('worker.js'));
  const front = certificateAddress && createLocalFront({ ...certificateAddress, dataDir });
  const configFile = dataDir.write(
    workerdConfig({
      listen: options.listen,
      assetsDir: join(dist, 'assets'),
      heapLimit: options.heapLimit,
      trustedSocket: front?.socketPath,
    }),
    'workerd.capnp',
  );
  const url = localUrl({ host, port });
  const certificatesUrl = certificateAddress && localUrl(certificateAddress);
  const serverFile: ServerFile = { url, listen: options.listen, certificatesUrl };
  dataDir.write(`${JSON.stringify(serverFile, null, 2)}\n`, 'server.json');

  let stopping = false;
  let child: ChildProcess | undefined;
  let failures = 0;
  const stopped = Promise.withResolvers<void>();
  const errors: string[] = [];

  const apiServerCA = readFileSync(dataDir.file(certificateFiles.ca), 'utf8');
  const settings = JSON.stringify({ apiServerCA, apiServerAddress, ...given });

  const launch = () => {
    const startedAt = Date.now();
    front?.clear();
    child = spawn(workerdBinary(), ['serve', configFile], {
      cwd: dataDir.path,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        FAIRLEAD_ADMIN_TOKEN_HASH: tokenHash(secrets.adminToken),
        FAIRLEAD_ENCRYPTION_KEY: secrets.encryptionKey,
        FAIRLEAD_SETTINGS: settings,
        FAIRLEAD_CONTROLLERS: options.controllers ?? 'cluster',
        FAIRLEAD_AUDIT: options.audit ?? '',
      },
    });
    if (child.pid) dataDir.write(String(child.pid), 'workerd.pid');
    const forward = (line: string) => {
      if (options.auditLog && line.startsWith(auditLinePrefix)) return options.auditLog.write(line);
      errors.push(line);
      if (errors.length > 20) errors.shift();
      log(line);
    };
    child.stdout?.setEncoding('utf8').on('data', splitLines(forward));
    child.stderr?.setEncoding('utf8').on('data', splitLines(forward));
    child.once('exit', (code, signal) => {
      if (stopping) return stopped.resolve();
      failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
      const delay = restartDelaysMs[Math.min(failures, restartDelaysMs.length) - 1] as number;
      log(`workerd ended (${signal ?? code}); starting it again in ${delay} ms`);
      setTimeout(() => (stopping ? stopped.resolve() : launch()), delay);
    });
  };

  const stop = async () => {
    if (stopping) return stopped.promise;
    stopping = true;
    if (!child || child.exitCode !== null || child.signalCode !== null) stopped.resolve();
    child?.kill('SIGTERM');
    // An open watch keeps workerd from ending by itself; what was acknowledged is on disk, so killing it loses nothing.
    const timer = setTimeout(() => child?.kill('SIGKILL'), stopGraceMs);
    await stopped.promise;
    clearTimeout(timer);
    await front?.close();
  };

  // workerd reads its certificate when it starts.
  const renew = async () => {
    if (stopping || !(await ensureCertificates(dataDir, names))) return;
    log('the certificate of the server has been renewed; workerd starts again with it');
    child?.kill('SIGKILL');
    front?.renew();
  };
  const renewal = setInterval(() => {
    renew().catch((error: Error) => log(`the certificate of the server could not be renewed: ${error.message}`));
  }, renewalIntervalMs);
  renewal.unref();
  void stopped.promise.then(() => clearInterval(renewal));

  launch();
  const caFile = dataDir.file(certificateFiles.ca);
  const admin = new AdminClient({ url, adminToken: secrets.adminToken, ca: readFileSync(caFile, 'utf8') });
  try {
    await admin.waitUntilReady(readyTimeoutMs);
    if (!credentialOf(dataDir, 'default')) {
      const created = await admin.createCluster('default', { rotate: true });
      saveCredential(dataDir, 'default', created.adminToken);
    }
    await front?.start();
  } catch (error) {
    await stop();
    const last = errors.at(-1);
    throw new UserError(
      `The control plane did not come up on ${options.listen}${last ? `; workerd's last words were: ${last}` : `: ${(error as Error).message}`}`,
      { cause: error },
    );
  }
  return { url, caFile, done: stopped.promise, stop };
}
