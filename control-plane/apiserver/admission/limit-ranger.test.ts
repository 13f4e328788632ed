import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import limitRange from '../../../shared/kinds/limit-range.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { pod } from '../registry/testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([...testKinds, limitRange]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

const limit = (...limits: object[]) => cluster.create('limitranges', { metadata: { name: 'l' }, spec: { limits } });
const podWith = (...resources: object[]) =>
  pod('p', { containers: resources.map((each, index) => ({ name: `c${index}`, image: 'i', resources: each })) });
const create = (...resources: object[]) => cluster.create('pods', podWith(...resources)).body as Pod;
const reason = (...resources: object[]) => refusal(() => create(...resources)).message;

describe('LimitRanger', () => {
  test('fills in what containers lack, and says so', () => {
    limit({ type: 'Container', default: { cpu: '500m', memory: '500Mi' }, defaultRequest: { cpu: '100m' } });
    const { metadata, spec } = create({}, { limits: { cpu: '300m' } });
    expect(spec?.containers.map(({ resources }) => resources)).toEqual([
      { requests: { cpu: '100m', memory: '500Mi' }, limits: { cpu: '500m', memory: '500Mi' } },
      { requests: { cpu: '300m', memory: '500Mi' }, limits: { cpu: '300m', memory: '500Mi' } },
    ]);
    expect(metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container c0; cpu, memory limit for container c0; memory request for container c1; memory limit for container c1',
    });
  });

  test('refuses what is out of bounds', () => {
    limit({ type: 'Container', min: { memory: '10Mi' }, max: { cpu: '500m' }, maxLimitRequestRatio: { cpu: '2' } });
    expect(reason({ limits: { cpu: '600m' }, requests: { memory: '1Mi' } })).toBe(
      'pods "p" is forbidden: [minimum memory usage per Container is 10Mi, but request is 1Mi, maximum cpu usage per Container is 500m, but limit is 600m]',
    );
    expect(reason({ limits: { cpu: '400m' }, requests: { cpu: '100m' } })).toBe(
      'pods "p" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000',
    );
    create({ limits: { cpu: '400m' }, requests: { cpu: '200m' } });
  });

  test('counts a Pod as a whole, with the peak of its start', () => {
    limit({ type: 'Pod', max: { cpu: '1' } });
    expect(reason({ limits: { cpu: '600m' } }, { limits: { cpu: '500m' } })).toBe(
      'pods "p" is forbidden: maximum cpu usage per Pod is 1, but limit is 1100m',
    );
    expect(reason({})).toBe('pods "p" is forbidden: maximum cpu usage per Pod is 1.  No limit is specified');
    const starting = podWith({ limits: { cpu: '100m' } });
    Object.assign(starting.spec!, {
      initContainers: [
        { name: 'sidecar', image: 'i', restartPolicy: 'Always', resources: { limits: { cpu: '500m' } } },
        { name: 'setup', image: 'i', resources: { limits: { cpu: '501m' } } },
      ],
    });
    expect(refusal(() => cluster.create('pods', starting)).message).toMatch('but limit is 1001m');
  });

  test('another namespace is not concerned, and nothing is read for other resources', () => {
    limit({ type: 'Container', max: { cpu: '1' } });
    cluster.create('namespaces', { metadata: { name: 'other' } });
    expect(cluster.create('pods', podWith({}), { namespace: 'other' }).body.metadata.annotations).toBeUndefined();
  });
});
