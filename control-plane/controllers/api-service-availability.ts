import type { APIService, Endpoints, Service } from '../../shared/api/object.ts';
import type { ClusterClient } from '../client.ts';
import { defineController } from './runtime/controller.ts';
import { timestamp, writeAll } from './runtime/write.ts';

const resource = 'apiservices.apiregistration.k8s.io';

interface Finding {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/**
 * Says of each aggregated API whether there is somebody to answer for it. Key: its name, or `service/NAMESPACE/NAME` for
 * all that are behind a Service.
 */
export default defineController({
  name: 'apiservice-status-available-controller',
  watches: [
    { resource, toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) },
    { resource: 'services', toKeys: ({ key }) => [`service/${key.namespace}/${key.name}`] },
    { resource: 'endpoints', toKeys: ({ key }) => [`service/${key.namespace}/${key.name}`] },
  ],
  async reconcile(key, { client, clock }) {
    for (const service of await meant(client, key)) await judge(client, service, clock.now());
    return undefined;
  },
});

/** The aggregated ones among those that a key means. */
async function meant(client: ClusterClient, key: string): Promise<APIService[]> {
  if (!key.startsWith('service/')) {
    const found = await client.get<APIService>({ resource, namespace: '', name: key });
    return found?.spec?.service ? [found] : [];
  }
  const { items } = await client.list<APIService>({ resource });
  return items.filter(({ spec }) => spec?.service && `service/${spec.service.namespace}/${spec.service.name}` === key);
}

async function judge(client: ClusterClient, api: APIService, nowMs: number): Promise<void> {
  const finding = await look(client, api);
  const known = api.status?.conditions?.find(({ type }) => type === 'Available');
  if (known?.status === finding.status && known.reason === finding.reason && known.message === finding.message) return;
  const lastTransitionTime = known?.status === finding.status ? known.lastTransitionTime : timestamp(nowMs);
  const others = (api.status?.conditions ?? []).filter(({ type }) => type !== 'Available');
  const condition = { type: 'Available', lastTransitionTime, ...finding };
  const patch = { status: { conditions: [...others, condition] } };
  const name = api.metadata.name ?? '';
  await writeAll(client, [{ verb: 'patch', key: { resource, namespace: '', name }, patch, subresource: 'status' }]);
}

async function look(client: ClusterClient, { spec }: APIService): Promise<Finding> {
  const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
  const where = `service/${name} in "${namespace}"`;
  const no = (reason: string, message: string): Finding => ({ status: 'False', reason, message });
  const service = await client.get<Service>({ resource: 'services', namespace, name });
  if (!service) return no('ServiceNotFound', `${where} is not present`);
  const passed: Finding = { status: 'True', reason: 'Passed', message: 'all checks passed' };
  if (service.spec?.type !== 'ClusterIP') return passed;
  const listening = service.spec.ports?.find((one) => one.port === port);
  if (!listening) return no('ServicePortError', `${where} is not listening on port ${port}`);
  const endpoints = await client.get<Endpoints>({ resource: 'endpoints', namespace, name });
  if (!endpoints) return no('EndpointsNotFound', `cannot find endpointslices for ${where}`);
  const portName = listening.name ?? '';
  const isReady = (endpoints.subsets ?? []).some(
    ({ addresses, ports }) => addresses?.length && ports?.some((one) => (one.name ?? '') === portName),
  );
  if (isReady) return passed;
  return no('MissingEndpoints', `endpointslices for ${where} have no addresses with port name "${portName}"`);
}
