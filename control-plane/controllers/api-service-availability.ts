import { jsonEqual } from '../../shared/api/json.ts';
import type { APIService, Endpoints, ObjectKey, Service } from '../../shared/api/object.ts';
import {
  type Availability,
  availableCondition,
  failedDiscovery,
  passed,
  withAvailability,
} from '../../shared/kinds/api-service/availability.ts';
import type { ClusterClient } from '../client.ts';
import { defineController, type Reader } from './runtime/controller.ts';
import { timestamp, writeAll } from './runtime/write.ts';

const resource = 'apiservices.apiregistration.k8s.io';

/** Between two looks at a server that does not answer, in ms: as long as it has not, within these bounds. */
const retryMs = { least: 1000, most: 300_000 };
/** When too many others are being asked. */
const busyMs = 1000;

/**
 * Says of each aggregated API whether there is somebody to answer for it: somebody behind its Service who answers when
 * asked what there is. Nobody is asked again who has answered, before something changes or a request fails. Key: its name.
 */
export default defineController({
  name: 'apiservice-status-available-controller',
  watches: [
    {
      resource,
      toKeys: ({ type, object, previous }) =>
        type === 'DELETED' || (previous && isSame(object, previous)) ? [] : [object.metadata.name ?? ''],
    },
    { resource: 'services', toKeys: ({ key }, { reader }) => namesBehind(reader, key) },
    { resource: 'endpoints', toKeys: ({ key }, { reader }) => namesBehind(reader, key) },
  ],
  async reconcile(name, { client, clock }) {
    const api = await client.get<APIService>({ resource, namespace: '', name });
    if (!api?.spec?.service) return undefined;
    const requeueAfterMs = await judge(client, api, clock.now());
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  },
});

async function namesBehind(reader: Reader, { namespace, name }: ObjectKey): Promise<string[]> {
  const { items } = await reader.list<APIService>({ resource });
  const behind = items.filter(({ spec }) => spec?.service?.namespace === namespace && spec.service.name === name);
  return behind.map(({ metadata }) => metadata.name ?? '');
}

/** Whether a change is no reason to ask again. */
function isSame(object: APIService, previous: APIService): boolean {
  return jsonEqual(object.spec, previous.spec) && jsonEqual(availableCondition(object), availableCondition(previous));
}

/** When to look again, in ms, if nothing changes. */
async function judge(client: ClusterClient, api: APIService, nowMs: number): Promise<number | undefined> {
  const isBehind = await look(client, api);
  const check = isBehind.status === 'True' ? await client.checkApi(api.metadata.name ?? '') : {};
  if (!check) return busyMs;
  const finding = check.problem === undefined ? isBehind : failedDiscovery(check.problem);
  const conditions = withAvailability(api, finding, timestamp(nowMs));
  const key = { resource, namespace: '', name: api.metadata.name ?? '' };
  if (conditions)
    await writeAll(client, [{ verb: 'patch', key, patch: { status: { conditions } }, subresource: 'status' }]);
  return check.problem === undefined ? undefined : retryAfter(api, nowMs);
}

function retryAfter(api: APIService, nowMs: number): number {
  const known = availableCondition(api);
  const since = known?.status === 'False' ? Date.parse(String(known.lastTransitionTime)) : nowMs;
  return Math.min(retryMs.most, Math.max(retryMs.least, nowMs - since));
}

/** What can be said without asking the server. */
async function look(client: ClusterClient, { spec }: APIService): Promise<Availability> {
  const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
  const where = `service/${name} in "${namespace}"`;
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  const service = await client.get<Service>({ resource: 'services', namespace, name });
  if (!service) return no('ServiceNotFound', `${where} is not present`);
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
