import { beforeEach, describe, expect, test } from 'vitest';
import type { EndpointSlice, Endpoints } from '../../../shared/api/object.ts';
import { defaultSettings } from '../../../shared/kinds/define-kind.ts';
import endpointSlice from '../../../shared/kinds/endpoint-slice.ts';
import endpoints from '../../../shared/kinds/endpoints.ts';
import namespace from '../../../shared/kinds/namespace.ts';
import service from '../../../shared/kinds/service.ts';
import serviceAccount from '../../../shared/kinds/service-account.ts';
import { bootstrapCluster, bootstrapFingerprint } from './bootstrap.ts';
import { RegistryFixture } from './testing/fixture.ts';

const slices = 'endpointslices.discovery.k8s.io';
const both = ['endpoints', slices].map((resource) => ({ resource, namespace: 'default', name: 'kubernetes' }));
const apiServerIP = '10.96.0.1';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([namespace, serviceAccount, service, endpoints, endpointSlice]);
  start('');
});

function start(apiServerAddress: string) {
  const { registry, kinds } = cluster;
  const settings = { ...defaultSettings, apiServerAddress };
  return cluster.store.transaction((tx) => bootstrapCluster(tx, { registry, kinds, settings, apiServerIP }));
}

const liveEndpoints = () => cluster.get('endpoints', 'kubernetes') as Endpoints;
const liveSlice = () => cluster.get(slices, 'kubernetes') as EndpointSlice;

describe('what is behind the Service kubernetes', () => {
  test('nothing without an address', () => {
    expect([...cluster.names('endpoints'), ...cluster.names(slices)]).toEqual([]);
  });

  test('the address, once there is one; the next start writes nothing', () => {
    expect(start('192.0.2.10:6443')).toEqual(both);
    const ports = [{ name: 'https', port: 6443, protocol: 'TCP' }];
    expect(liveEndpoints().subsets).toEqual([{ addresses: [{ ip: '192.0.2.10' }], ports }]);
    expect(liveEndpoints().metadata.labels).toEqual({ 'endpointslice.kubernetes.io/skip-mirror': 'true' });
    expect(liveSlice()).toMatchObject({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.10'], conditions: { ready: true } }],
      ports,
    });
    expect(liveSlice().metadata.labels).toEqual({ 'kubernetes.io/service-name': 'kubernetes' });
    const { revision } = cluster;
    expect(start('192.0.2.10:6443')).toEqual([]);
    expect(cluster.revision).toBe(revision);
  });

  test('follows the setting, beside what others have put on it', () => {
    start('192.0.2.10:6443');
    const labels = { metadata: { labels: { team: 'network' } } };
    for (const { resource } of both) cluster.patch(resource, 'kubernetes', 'merge', labels);
    expect(start('192.0.2.11:443')).toEqual(both);
    expect(liveEndpoints().subsets).toMatchObject([{ addresses: [{ ip: '192.0.2.11' }], ports: [{ port: 443 }] }]);
    expect(liveSlice()).toMatchObject({ endpoints: [{ addresses: ['192.0.2.11'] }], ports: [{ port: 443 }] });
    for (const live of [liveEndpoints(), liveSlice()]) expect(live.metadata.labels).toMatchObject({ team: 'network' });
  });

  test('goes with the setting', () => {
    start('192.0.2.10:6443');
    expect(start('')).toEqual(both);
    expect([...cluster.names('endpoints'), ...cluster.names(slices)]).toEqual([]);
    expect(start('')).toEqual([]);
  });

  test("somebody's own stays without an address, and a slice of another family with one", () => {
    cluster.create('endpoints', { metadata: { name: 'kubernetes' }, subsets: [] });
    cluster.create(slices, { metadata: { name: 'kubernetes' }, addressType: 'IPv6', endpoints: [] });
    expect(start('')).toEqual([]);
    expect(start('192.0.2.10:6443')).toEqual(both.slice(0, 1));
    expect(liveSlice().addressType).toBe('IPv6');
  });

  test('is part of what tells that a cluster has to be looked at', () => {
    const fingerprint = (apiServerAddress: string) =>
      bootstrapFingerprint({ kinds: cluster.kinds, settings: { ...defaultSettings, apiServerAddress }, apiServerIP });
    const all = ['', '192.0.2.10:6443', '192.0.2.11:6443'].map(fingerprint);
    expect(new Set(all).size).toBe(3);
  });
});
