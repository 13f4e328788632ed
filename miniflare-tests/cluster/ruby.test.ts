import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rubyClient } from '../../scripts/system-packages.ts';
import { startCluster } from '../../testing/index.ts';
import { walk } from './journey.ts';

const [library = ''] = Object.keys(rubyClient);

it.skipIf(!existsSync(library))("Debian's ruby-kubeclient: discovery, patches, watches, pages, errors", async () => {
  const cluster = await startCluster({ nodes: [{ behave: () => ({ logs: ['hello'] }) }] });
  try {
    const journey = { program: '/usr/bin/ruby', script: 'ruby/journey.rb' };
    expect(await walk(journey, cluster.kubeconfigPath)).toEqual([
      'discovery',
      'namespace',
      'create and get',
      'update',
      'patches',
      'watch',
      'pages',
      'raw answers',
      'errors',
      'deployment, scale and logs',
      'deletion of the namespace',
    ]);
  } finally {
    await cluster.stop();
  }
});
