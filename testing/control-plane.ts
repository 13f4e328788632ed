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

export interface TestControlPlane {
  url: string;
  ca: string;
  admin: AdminClient;
  /** Scratch files of this control plane; gone after `stop`. */
  folder: string;
  miniflare: Miniflare;
  stop(): Promise<void>;
}

/** The control plane on Miniflare, in memory, on a free port of the loopback interface. */
export async function startControlPlane(settings: Record<string, unknown>): Promise<TestControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-testing-'));
  const dataDir = new DataDir(folder);
  await ensureCertificates(dataDir, ['localhost', '127.0.0.1', '::1']);
  const { adminToken } = deploymentSecrets(dataDir);
  const dist = join(packageRoot(), 'dist');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      httpsKey: dataDir.read(certificateFiles.key) as string,
      httpsCert: dataDir.read(certificateFiles.chain) as string,
      https: true,
      // Nothing of a test reaches outside, and no request needs to know where on earth it came from.
      cf: false,
      modules: [{ type: 'ESModule', path: join(dist, 'worker.js') }],
      compatibilityDate,
      durableObjects: Object.fromEntries(
        Object.entries(objectBindings).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      serviceBindings: { ASSETS: { disk: { path: join(dist, 'assets'), writable: false } } },
      bindings: {
        FAIRLEAD_ADMIN_TOKEN_HASH: tokenHash(adminToken),
        FAIRLEAD_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        FAIRLEAD_SETTINGS: JSON.stringify(settings),
        FAIRLEAD_CONTROLLERS: 'cluster',
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
    return { url, ca, folder, miniflare, admin: new AdminClient({ url, adminToken, ca }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
