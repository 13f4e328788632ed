import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { gone, refused } from '../harness/wait.ts';

const bounds = {
  type: 'Container',
  min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
  max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
  defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
  default: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
};

conforms('LimitRange, resources', async (t) => {
  const ranges = t.resource(kinds.limitRange);
  const watch = await ranges.watch();
  // The client's type has no field of a reserved word's name.
  await ranges.create({ metadata: { name: 'limits' }, spec: { limits: [bounds as object as { type: string }] } });
  expect((await watch.until('ADDED')).spec.limits).toEqual([bounds]);
  const pods = t.resource(kinds.pod);
  const create = (name: string, resources: V1ResourceRequirements) =>
    pods.create(aPod(name, { container: { resources } }));
  const resourcesOf = async (name: string) => (await pods.get(name)).spec.containers[0]?.resources;

  await create('silent', {});
  expect(await resourcesOf('silent')).toEqual({ requests: bounds.defaultRequest, limits: bounds.default });
  const requests = { cpu: '300m', memory: '150Mi' };
  await create('partial', { requests, limits: { cpu: '300m' } });
  expect(await resourcesOf('partial')).toEqual({
    requests: { ...bounds.defaultRequest, ...requests },
    limits: { ...bounds.default, cpu: '300m' },
  });
  await refused(create('small', { requests: { cpu: '10m', memory: '50Mi' } }), {
    code: 403,
    message: /minimum cpu usage per Container is 50m, but request is 10m/,
  });
  await refused(create('big', { limits: { cpu: '600m' } }), {
    code: 403,
    message: /maximum cpu usage per Container is 500m, but limit is 600m/,
  });

  await updateLatest(ranges, 'limits', ({ spec }) => {
    spec.limits[0]!.min = { cpu: '9m', memory: '49Mi', 'ephemeral-storage': '49Gi' };
  });
  await create('small', { requests: { cpu: '10m', memory: '50Mi', 'ephemeral-storage': '50Gi' } });
  await refused(create('big', { limits: { cpu: '600m' } }), { code: 403 });
  await ranges.delete('limits');
  await gone('the LimitRange', () => ranges.get('limits'));
  await create('big', { requests: { cpu: '600m' }, limits: { cpu: '600m' } });
});

conforms('LimitRange, list, patch and delete a LimitRange by collection', async (t) => {
  const ranges = t.resource(kinds.limitRange);
  const everywhere = t.resource(kinds.limitRange, '');
  const name = t.unique('limits');
  const limits = [bounds as object as { type: string }];
  await ranges.create({ metadata: { name, labels: { [name]: 'created' } }, spec: { limits } });
  const listed = await everywhere.list({ labelSelector: `${name}=created` });
  expect(listed.items.map(({ metadata }) => metadata.namespace)).toEqual([t.namespace]);
  const changed = {
    metadata: { labels: { [name]: 'patched' } },
    spec: { limits: [{ ...bounds, min: { cpu: '9m' } }] },
  };
  const patched = await ranges.patch(name, changed, { type: 'strategic' });
  expect(patched.spec.limits[0]?.min).toEqual({ cpu: '9m' });
  await ranges.deleteCollection({ labelSelector: `${name}=patched` });
  await gone('the LimitRange', () => ranges.get(name));
  expect((await everywhere.list({ labelSelector: `${name}=patched` })).items).toEqual([]);
});
