import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AdminClient } from '../../cli/server/admin-client.ts';
import { clusterUrl } from '../../cli/server/credentials.ts';
import { createClient } from '../harness/client.ts';
import { server } from '../harness/trusted-server.ts';
import type { Scenario } from './exchanges.ts';
import { explain } from './explained.ts';
import { replay } from './replay.ts';

/** Recorded from a real API server; lies beside the checkout where there is one. */
const file = join(import.meta.dirname, '../../../shared/data/recorded-exchanges-kubernetes-1.21.json');
const timeoutMs = 180_000;

it.skipIf(!existsSync(file))(
  'answers as a recorded API server of 1.21 did, but for differences that are explained',
  async () => {
    const scenarios = JSON.parse(readFileSync(file, 'utf8')) as Scenario[];
    const admin = new AdminClient({ url: server.url, adminToken: server.deploymentToken, ca: server.ca });
    const { adminToken: token } = await admin.createCluster('recorded', {});
    const url = clusterUrl(server.url, 'recorded');
    const clients = { administrator: createClient({ url, token }), nobody: createClient({ url }) };
    try {
      const differences = await replay(clients, scenarios);
      const { unexplained, unused } = explain(differences);
      expect(unexplained).toEqual([]);
      expect(unused).toEqual([]);
    } finally {
      await admin.deleteCluster('recorded');
    }
  },
  timeoutMs,
);
