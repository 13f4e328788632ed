import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { AdminClient } from '../cli/server/admin-client.ts';
import { certificateFiles, ensureCertificates } from '../cli/server/certificates.ts';
import { DataDir } from '../cli/server/data-dir.ts';
import { packageRoot } from '../cli/server/package-root.ts';
import { deploymentSecrets, tokenHash } from '../cli/server/secrets.ts';
import { compatibilityDate, objectBindings } from '../cli/server/workerd-config.ts';
import type { DeploymentSettings } from '../control-plane/settings.ts';
import type { ClusterSettings } from '../shared/kinds/define-kind.ts';

const workerName = 'fairlead';

export interface EvictOptions {
  /** What becomes of the objects' WebSockets: kept, as in hibernation, or closed, as when a machine is lost. */
  sockets?: 'hibernate' | 'close';
}

export interface TestControlPlane {
  url: string;
  ca: string;
  admin: AdminClient;
  /** Bearer token of the deployment's administrator. */
  adminToken: string;
  /** Scratch files of this control plane; gone after `stop`. */
  folder: string;
  /** Takes every Durable Object that has stored something out of memory; resolves once all of them are gone. */
  evictObjects(options: EvictOptions): Promise<void>;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  settings: Partial<ClusterSettings & DeploymentSettings>;
  controllers: 'cluster' | 'object';
  log(line: string): void;
}

/** The control plane on Miniflare, on a free port of the loopback interface. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<TestControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-testing-'));
  const dataDir = new DataDir(folder);
  await ensureCertificates(dataDir, ['localhost', '127.0.0.1', '::1']);
  const { adminToken } = deploymentSecrets(dataDir);
  const dist = join(packageRoot(), 'dist');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: workerName,
      host: '127.0.0.1',
      port: 0,
      httpsKey: dataDir.read(certificateFiles.key) as string,
      httpsCert: dataDir.read(certificateFiles.chain) as string,
      https: true,
      // Nothing of a test reaches outside, and no request needs to know where on earth it came from.
      cf: false,
      handleStructuredLogs: ({ message }) => options.log(String(message)),
      // Names of modules are relative to this: the process may run in any other folder.
      modulesRoot: dist,
      modules: [{ type: 'ESModule', path: join(dist, 'worker.js') }],
      compatibilityDate,
      durableObjects: Object.fromEntries(
        Object.entries(objectBindings).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      serviceBindings: { ASSETS: { disk: { path: join(dist, 'assets'), writable: false } } },
      bindings: {
        FAIRLEAD_ADMIN_TOKEN_HASH: tokenHash(adminToken),
        FAIRLEAD_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        FAIRLEAD_SETTINGS: JSON.stringify(options.settings),
        FAIRLEAD_CONTROLLERS: options.controllers,
      },
    }),
  );
  const stop = async () => {
    await miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = (await miniflare.ready).origin;
    const ca = dataDir.read(certificateFiles.ca) as string;
    const evictObjects = (evictOptions: EvictOptions) => evictAll(miniflare, evictOptions);
    const admin = new AdminClient({ url, adminToken, ca });
    return { url, ca, folder, admin, adminToken, evictObjects, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function evictAll(miniflare: Miniflare, { sockets = 'hibernate' }: EvictOptions): Promise<void> {
  for (const [binding, className] of Object.entries(objectBindings)) {
    for (const id of await miniflare.listDurableObjectIds(binding)) {
      try {
        await miniflare.unsafeEvictDurableObject(workerName, className, { id, webSockets: sockets });
      } catch (error) {
        // It is out of memory already.
        if (!(error instanceof Error && error.message.includes('not currently running'))) throw error;
      }
    }
  }
}
