import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Namespace, Node, Secret } from '../api/object.ts';
import { hasSchema } from '../schema/registry.ts';
import { defaultSettings } from './define-kind.ts';
import { builtInKinds } from './index.generated.ts';
import { KindRegistry } from './registry.ts';
import { aContext, decoded, submit } from './testing/submit.ts';

const kinds = new KindRegistry(builtInKinds);

function kindOf(name: string) {
  return kinds.byKind('v1', name)!;
}

function refusals(name: string, object: object, old?: object): string[] {
  const { errors } = submit(kindOf(name), object, { old, namespace: 'n' });
  return (errors ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('every kind', () => {
  for (const kind of builtInKinds) {
    it(`${kind.kind} has a schema, defaults that can be applied again, and cells for an empty object`, () => {
      expect(hasSchema(kind.schema)).toBe(true);
      const object = decoded(kind, { metadata: { name: 'x' } });
      const again = structuredClone(object);
      kind.strategy.default?.(again);
      expect(again).toEqual(object);
      for (const { cell } of kind.columns) expect(cell({ metadata: {} }, { nowMs: 0 })).not.toBeUndefined();
      for (const select of Object.values(kind.selectableFields ?? {}))
        expect(select({ metadata: {} })).toBeTypeOf('string');
    });
  }

  it('is found by all its names once', () => {
    const stored = builtInKinds.filter(({ servedForm }) => !servedForm);
    const names = stored.flatMap(({ plural, singular, shortNames = [] }) => [
      ...new Set([plural, singular, ...shortNames]),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(
      stored
        .filter(({ categories }) => categories?.includes('all'))
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual([
      'CronJob',
      'DaemonSet',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Job',
      'Pod',
      'ReplicaSet',
      'ReplicationController',
      'Service',
      'StatefulSet',
    ]);
  });
});

describe('Namespace', () => {
  it('is held by its finalizers and says that it is going', () => {
    const { strategy } = kindOf('Namespace');
    const namespace = submit(kindOf('Namespace'), { metadata: { name: 'n' } }).object as unknown as Namespace;
    expect(strategy.isHeld!(namespace as unknown as KubernetesObject)).toBe(true);
    strategy.prepareForDelete!(namespace as unknown as KubernetesObject, aContext());
    expect(namespace.status).toEqual({ phase: 'Terminating' });
  });

  it('keeps its finalizers through an update', () => {
    const old = { metadata: { name: 'n' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    const { object } = submit(kindOf('Namespace'), { metadata: { name: 'n' }, spec: { finalizers: [] } }, { old });
    expect(object?.spec).toEqual({ finalizers: ['kubernetes'] });
  });
});

describe('Node', () => {
  const create = (node: object, claims: string[] = [], clusterCIDR = '10.244.0.0/16') => {
    const context = aContext({
      settings: { ...defaultSettings, clusterCIDR },
      isClaimed: (claim) => claims.includes(claim),
    });
    return submit(kindOf('Node'), node, { context });
  };

  it('gets the lowest free block of Pod addresses and holds it', () => {
    const { object } = create({ metadata: { name: 'a' } }, ['podCIDR/10.244.0.0/24', 'podCIDR/10.244.1.0/24']);
    expect((object as unknown as Node).spec).toMatchObject({ podCIDR: '10.244.2.0/24', podCIDRs: ['10.244.2.0/24'] });
    expect(kindOf('Node').strategy.claims!(object!)).toEqual(['podCIDR/10.244.2.0/24']);
  });

  it('is created without one when none is left', () => {
    const { object } = create({ metadata: { name: 'a' } }, ['podCIDR/10.1.2.0/24'], '10.1.2.0/24');
    expect((object as unknown as Node).spec?.podCIDR).toBeUndefined();
  });

  it('cannot take that of another', () => {
    const { errors } = create({ metadata: { name: 'a' }, spec: { podCIDR: '10.244.0.0/24' } }, [
      'podCIDR/10.244.0.0/24',
    ]);
    expect(errors?.map(({ field }) => field)).toEqual(['spec.podCIDRs']);
  });

  it('keeps what it was given', () => {
    const old = { metadata: { name: 'a' }, spec: { podCIDR: '10.244.0.0/24', providerID: 'x' } };
    expect(
      refusals('Node', { metadata: { name: 'a' }, spec: { podCIDR: '10.244.1.0/24', providerID: 'y' } }, old),
    ).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ]);
  });
});

describe('Secret', () => {
  const secret = (fields: object) => ({ metadata: { name: 's' }, ...fields });

  it('takes plain text into its data, over what is there', () => {
    const { object } = submit(kindOf('Secret'), secret({ data: { a: 'AAAA' }, stringData: { a: 'ä', b: '' } }));
    expect(object).toMatchObject({ type: 'Opaque', data: { a: 'w6Q=', b: '' } });
    expect((object as unknown as Secret).stringData).toBeUndefined();
  });

  it.each<[string, object, string[]]>([
    [
      'a TLS secret without keys',
      { type: 'kubernetes.io/tls' },
      ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
    ],
    [
      'Docker configuration that is none',
      { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'x' } },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be a JSON object'],
    ],
    [
      'a token of nobody',
      { type: 'kubernetes.io/service-account-token' },
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['an SSH secret without key', { type: 'kubernetes.io/ssh-auth' }, ['data[ssh-privatekey]: Required value']],
    [
      'a login of nobody',
      { type: 'kubernetes.io/basic-auth' },
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    [
      'more than a mebibyte',
      { stringData: { a: 'x'.repeat(2 ** 20 + 1) } },
      ['data: Too long: may not be more than 1048576 bytes'],
    ],
  ])('refuses %s', (_title, fields, expected) => {
    expect(refusals('Secret', secret(fields))).toEqual(expected);
  });

  it('keeps its type, and its data if it promised to', () => {
    const old = secret({ immutable: true, stringData: { a: '1' } });
    expect(refusals('Secret', secret({ immutable: true, type: 'x', stringData: { a: '2' } }), old)).toEqual([
      'type: Invalid value: "x": field is immutable',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });
});

it('a ConfigMap has a mebibyte for everything together', () => {
  const half = 'x'.repeat(2 ** 19);
  const configMap = (data: object) => ({ metadata: { name: 'c' }, data, binaryData: { b: btoa(half) } });
  expect(refusals('ConfigMap', configMap({ a: half }))).toEqual([]);
  expect(refusals('ConfigMap', configMap({ a: `${half}x` }))).toEqual([
    '[]: Too long: may not be more than 1048576 bytes',
  ]);
});

describe('Endpoints', () => {
  const endpoints = (...subsets: object[]) => ({ metadata: { name: 'e' }, subsets });

  it.each<[string, object, string[]]>([
    ['no addresses', {}, ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      'a name for an address',
      { addresses: [{ ip: 'a' }] },
      ['subsets[0].addresses[0].ip: Invalid value: "a": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      'the machine itself',
      { addresses: [{ ip: '127.0.0.1' }] },
      [
        'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      'two ports without names',
      { addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 1 }, { name: 'b', port: 2 }] },
      ['subsets[0].ports[0].name: Required value'],
    ],
  ])('refuse %s', (_title, subset, expected) => {
    expect(refusals('Endpoints', endpoints(subset))).toEqual(expected);
  });

  it('refuse to move an address to another node', () => {
    const on = (nodeName: string) => endpoints({ addresses: [{ ip: '10.0.0.1', nodeName }] });
    expect(refusals('Endpoints', on('b'), on('a'))).toEqual([
      'subsets[0].addresses[0].nodeName: Forbidden: Cannot change NodeName for 10.0.0.1 to b',
    ]);
  });

  it('show three addresses and count the others', () => {
    const cell = kindOf('Endpoints').columns.find(({ name }) => name === 'Endpoints')!.cell;
    const subset = (ips: string[], ports?: object[]) => ({ addresses: ips.map((ip) => ({ ip })), ports });
    const show = (...subsets: object[]) => cell({ metadata: {}, subsets } as never, { nowMs: 0 });
    expect(show(subset(['10.0.0.1', '10.0.0.2'], [{ port: 80 }, { port: 443 }]))).toBe(
      '10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more...',
    );
    expect(show(subset(['10.0.0.1', 'fd00::1']))).toBe('10.0.0.1,fd00::1');
    expect(show()).toBe('<none>');
  });
});

describe('Event', () => {
  const event = (fields: object) => ({ metadata: { name: 'e' }, ...fields });

  it('lives where its object lives', () => {
    expect(refusals('Event', event({ involvedObject: { namespace: 'other' } }))).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
    const about = event({ involvedObject: { kind: 'Node', name: 'a' } });
    expect(submit(kindOf('Event'), about, { namespace: 'default' }).errors).toBeUndefined();
  });

  it('with an eventTime says who reports what', () => {
    expect(
      refusals('Event', event({ eventTime: '2026-01-01T00:00:00.000000Z', involvedObject: { namespace: 'n' } })),
    ).toContain('reason: Required value');
  });

  it('is kept for a while, beside the other resources', () => {
    const { storage } = kindOf('Event');
    expect([storage?.shard, storage?.ttlSeconds?.(defaultSettings)]).toEqual(['events', 3600]);
  });
});

it('the counts of a ReplicationController fit together', () => {
  const errors = kindOf('ReplicationController').strategy.validateStatusUpdate!(
    { metadata: {}, status: { replicas: 1, readyReplicas: 2, availableReplicas: 3 } },
    { metadata: {} },
  );
  expect(errors.map(({ message }) => message)).toEqual([
    'Invalid value: 2: cannot be greater than status.replicas',
    'Invalid value: 3: cannot be greater than status.replicas',
    'Invalid value: 3: cannot be greater than readyReplicas',
  ]);
});
