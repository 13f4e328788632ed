import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { pythonClient } from '../../scripts/system-packages.ts';
import { startCluster } from '../../testing/index.ts';

const [library = ''] = Object.keys(pythonClient);
const journey = join(import.meta.dirname, 'python', 'journey.py');

it.skipIf(!existsSync(library))(
  "Debian's python3-kubernetes: typed and dynamic client, watches, concurrency",
  async () => {
    const cluster = await startCluster({ nodes: 1 });
    try {
      const options = { timeout: 90_000, env: { PATH: '/usr/bin:/bin' } };
      // Debian's own Python: another one that comes first on the PATH has not its packages.
      const { stdout } = await promisify(execFile)('/usr/bin/python3', [journey, cluster.kubeconfigPath], options);
      expect(stdout.trim().split('\n')).toEqual([
        'namespace',
        'create and patch',
        'optimistic concurrency',
        'deployment, watched until it is available',
        'scale',
        'pages',
        'dynamic client',
        'deletion of the namespace',
      ]);
    } finally {
      await cluster.stop();
    }
  },
);
