import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pythonClient } from '../../scripts/system-packages.ts';
import { startCluster } from '../../testing/index.ts';
import { walk } from './journey.ts';

const [library = ''] = Object.keys(pythonClient);

it.skipIf(!existsSync(library))(
  "Debian's python3-kubernetes: typed and dynamic client, watches, concurrency",
  async () => {
    const cluster = await startCluster({ nodes: 1 });
    try {
      const journey = { program: '/usr/bin/python3', script: 'python/journey.py' };
      expect(await walk(journey, cluster.kubeconfigPath)).toEqual([
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
