import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import { seededRandom } from '../controllers/testing/random.ts';
import { aNode, aPod, decide, judge, type NodeOptions, place, snapshotOf } from './testing/builders.ts';

const node = (name: string, zone?: string, options: NodeOptions = {}) =>
  aNode(name, { labels: { host: name, ...(zone ? { zone } : {}), ...options.labels }, ...options });

const by = (topologyKey: string, more: object = {}) => ({
  topologyKey,
  maxSkew: 1,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...more,
});

interface Options {
  on?: string;
  constraints?: object[];
  app?: string;
  spec?: object;
  cpu?: string;
}

const pod = (name: string, { on, constraints = [], app = 'web', spec, cpu }: Options = {}): Pod =>
  aPod(name, {
    labels: { app },
    requests: cpu ? { cpu } : undefined,
    spec: { nodeName: on, topologySpreadConstraints: constraints as never, ...spec },
  });

const zones = () => [node('a1', 'a'), node('a2', 'a'), node('b1', 'b')];
const uneven = "node(s) didn't match pod topology spread constraints";

/** The nodes that the Pod may go to. */
function options(wanted: Pod, nodes: ReturnType<typeof node>[], placed: Pod[]): string[] {
  return nodes.flatMap(({ metadata: { name = '' } }) => {
    const pinned = { ...wanted, spec: { ...wanted.spec!, nodeName: name } };
    return decide(pinned, snapshotOf(nodes, placed)) === name ? [name] : [];
  });
}

describe('where a Pod may go', () => {
  const placed = [pod('1', { on: 'a1' })];
  test.each<[string, object[], Options, Pod[], string[]]>([
    ['to the zone with fewer', [by('zone')], {}, placed, ['b1']],
    ['anywhere within the skew', [by('zone', { maxSkew: 2 })], {}, placed, ['a1', 'a2', 'b1']],
    ['by several labels', [by('zone', { maxSkew: 2 }), by('host')], {}, placed, ['a2', 'b1']],
    ['not counting itself where it is not selected', [by('zone')], { app: 'other' }, placed, ['a1', 'a2', 'b1']],
    [
      'not counting other namespaces',
      [by('zone')],
      {},
      [{ ...placed[0]!, metadata: { ...placed[0]!.metadata, namespace: 'x' } }],
      ['a1', 'a2', 'b1'],
    ],
    [
      'not counting those on their way out',
      [by('zone')],
      {},
      [{ ...placed[0]!, metadata: { ...placed[0]!.metadata, deletionTimestamp: new Date() } }],
      ['a1', 'a2', 'b1'],
    ],
    [
      'not twice in a zone before there are enough zones',
      [by('zone', { minDomains: 3 })],
      {},
      [...placed, pod('2', { on: 'b1' })],
      [],
    ],
    ['with an empty selector anywhere', [by('zone', { labelSelector: {} })], {}, placed, ['a1', 'a2', 'b1']],
    ['without a selector anywhere', [by('zone', { labelSelector: undefined })], {}, placed, ['a1', 'a2', 'b1']],
  ])('%s', (_name, constraints, rest, others, expected) => {
    expect(options(pod('p', { constraints, ...rest }), zones(), others)).toEqual(expected);
  });

  test('nodes that it would not be let on do not count, unless they shall', () => {
    const nodes = [node('a1', 'a', { labels: { host: 'a1', zone: 'a', disk: 'ssd' } }), node('b1', 'b')];
    const spec = { nodeSelector: { disk: 'ssd' } };
    const may = (more: object) =>
      options(pod('p', { constraints: [by('zone', more)], spec }), nodes, [pod('1', { on: 'a1' })]);
    expect(may({})).toEqual(['a1']);
    expect(may({ nodeAffinityPolicy: 'Ignore' })).toEqual([]);
    const taints = [{ key: 'k', effect: 'NoSchedule' }];
    const tainted = [node('a1', 'a'), node('b1', 'b', { taints })];
    const goes = (more: object) =>
      options(pod('p', { constraints: [by('zone', more)] }), tainted, [pod('1', { on: 'a1' })]);
    expect(goes({})).toEqual([]);
    expect(goes({ nodeTaintsPolicy: 'Honor' })).toEqual(['a1']);
  });

  test('why not', () => {
    const snapshot = snapshotOf(
      [node('a1', 'a'), node('b1', 'b', { unschedulable: true }), node('c1')],
      [pod('1', { on: 'a1' })],
    );
    expect(decide(pod('p', { constraints: [by('zone')] }), snapshot)).toBe(
      `0/3 nodes are available: 1 ${uneven}, 1 ${uneven} (missing required label), 1 node(s) were unschedulable. ` +
        'preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, ' +
        '2 Preemption is not helpful for scheduling.',
    );
  });
});

describe('where a Pod would rather be', () => {
  const soft = (key: string, more: object = {}) => by(key, { whenUnsatisfiable: 'ScheduleAnyway', ...more });
  test.each<[string, object[], Pod[], string[]]>([
    [
      'where there are fewest',
      [soft('zone')],
      [pod('1', { on: 'a1' }), pod('2', { on: 'b1' }), pod('3', { on: 'a1' })],
      ['b1'],
    ],
    [
      'by several labels',
      [soft('zone'), soft('host')],
      [pod('1', { on: 'a1' }), pod('2', { on: 'b1' }), pod('3', { on: 'b1' })],
      ['a2'],
    ],
    [
      'not where a label is missing',
      [soft('zone')],
      [pod('1', { on: 'a1' }), pod('2', { on: 'b1' }), pod('3', { on: 'b1' })],
      ['a2'],
    ],
  ])('%s', (_name, constraints, placed, expected) => {
    const nodes = [...zones(), node('unlabelled')];
    const chosen = [1, 2, 3, 4, 5].map((seed) =>
      decide(pod('p', { constraints }), snapshotOf(nodes, placed), seededRandom(seed)),
    );
    expect([...new Set(chosen)]).toEqual(expected);
  });

  test('its own constraints take the place of the default ones', () => {
    // By default it would go where none of its controller's are.
    const mates = [1, 2].map((n) => aPod(`${n}`, { owner: 'rc', labels: { app: 'mate' }, spec: { nodeName: 'b1' } }));
    const wanted = aPod('p', {
      owner: 'rc',
      labels: { app: 'web' },
      spec: { topologySpreadConstraints: [soft('zone')] as never },
    });
    const nodes = [node('a1', 'a'), node('b1', 'b')];
    expect(decide(wanted, snapshotOf(nodes, [...mates, pod('x', { on: 'a1' })]))).toBe('b1');
  });
});

test('Pods go where the spread would be too uneven with them', () => {
  const one = { allocatable: { cpu: '1', memory: '1Gi', pods: '9' } };
  const nodes = [node('a1', 'a', one), node('b1', 'b', one)];
  const low = (name: string, on: string, app: string) => pod(name, { on, app, cpu: '1' });
  const wanted = pod('p', { constraints: [by('zone')], cpu: '1', spec: { priority: 5 } });
  // In b there is room for one more of them as soon as `other` is gone; in a there would be one more as well.
  const verdict = judge(wanted, snapshotOf(nodes, [low('web', 'a1', 'web'), low('other', 'b1', 'other')]));
  expect('victims' in verdict && verdict.victims).toHaveLength(1);
  const full = snapshotOf(nodes, [low('other', 'b1', 'other'), pod('w', { on: 'a1', spec: { priority: 9 } })]);
  expect(judge(wanted, full)).toMatchObject({ nominated: 'b1', victims: [{ uid: 'other' }] });
});

test('whatever the nodes: no Pod makes the spread more uneven than it allows, and nobody is refused who fits', () => {
  const zoneNames = fc.constantFrom('a', 'b', 'c');
  const world = fc.record({
    nodes: fc.array(fc.record({ zone: zoneNames, room: fc.integer({ min: 0, max: 3 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
    pods: fc.array(fc.record({ skew: fc.integer({ min: 1, max: 2 }), key: fc.constantFrom('zone', 'host') }), {
      maxLength: 12,
    }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(world, ({ nodes: shapes, pods: wishes, seed }) => {
      const nodes = shapes.map(({ zone, room }, index) =>
        node(`n${index}`, zone, { allocatable: { cpu: '9', memory: '9Gi', pods: String(room) } }),
      );
      const pods = wishes.map(({ skew, key }, index) =>
        pod(`p${index}`, { constraints: [by(key, { maxSkew: skew })] }),
      );
      const results = place(pods, snapshotOf(nodes), seed);
      const on = new Map<string, number>(nodes.map(({ metadata }) => [metadata.name!, 0]));
      for (const [index, { skew, key }] of wishes.entries()) {
        const counts = new Map<string, number>();
        for (const { metadata } of nodes) {
          const value = metadata.labels![key]!;
          counts.set(value, (counts.get(value) ?? 0) + on.get(metadata.name!)!);
        }
        const allowed = nodes.flatMap(({ metadata, status }) => {
          const hasRoom = on.get(metadata.name!)! < Number(status?.allocatable?.pods);
          const isEven = counts.get(metadata.labels![key]!)! + 1 - Math.min(...counts.values()) <= skew;
          return hasRoom && isEven ? [metadata.name!] : [];
        });
        const target = results[index]!;
        if (!on.has(target)) expect(allowed).toEqual([]);
        else {
          expect(allowed).toContain(target);
          on.set(target, on.get(target)! + 1);
        }
      }
    }),
    { numRuns: 300 },
  );
});
