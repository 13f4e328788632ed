import { expect, test } from 'vitest';
import type { Service } from '../../../shared/api/object.ts';
import { defaultSettings } from '../../../shared/kinds/define-kind.ts';
import namespace from '../../../shared/kinds/namespace.ts';
import service from '../../../shared/kinds/service.ts';
import serviceAccount from '../../../shared/kinds/service-account.ts';
import { bootstrapCluster } from './bootstrap.ts';
import { RegistryFixture } from './testing/fixture.ts';

test('a cluster starts with its namespaces, accounts and the Service of the API, and starting again writes nothing', () => {
  const cluster = new RegistryFixture([namespace, serviceAccount, service]);
  const { registry, kinds } = cluster;
  const options = { registry, kinds, settings: defaultSettings, apiServerIP: '10.96.0.1' };
  const start = () => cluster.store.transaction((tx) => bootstrapCluster(tx, options));
  expect(start()).toHaveLength(9);
  expect(cluster.names('namespaces')).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  expect(cluster.names('serviceaccounts', { namespace: '' })).toEqual(['default', 'default', 'default', 'default']);
  expect((cluster.get('services', 'kubernetes') as Service).spec).toMatchObject({
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
  });
  const { revision } = cluster;
  const { rowsWritten } = cluster.store.counters;
  expect(start()).toEqual([]);
  expect(cluster.revision).toBe(revision);
  expect(cluster.store.counters.rowsWritten).toBe(rowsWritten);
});
