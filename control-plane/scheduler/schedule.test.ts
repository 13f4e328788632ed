import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../shared/api/object.ts';
import { tolerates } from '../../shared/api/taints.ts';
import { podInfo } from './pod-info.ts';
import { enoughNodes } from './schedule.ts';
import { aNode, aPod, decide, type NodeOptions, type PodOptions, place, put, snapshotOf } from './testing/builders.ts';

const preemptable = 'No preemption victims found for incoming pod';
const hopeless = 'Preemption is not helpful for scheduling';
const taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };

/** The message for one Pod and these nodes, all of which refuse it. */
const refusal = (pod: PodOptions, ...nodes: NodeOptions[]) =>
  decide(aPod('p', pod), snapshotOf(nodes.map((node, index) => aNode(`n${index}`, node))));

describe('why a Pod fits nowhere', () => {
  const cases: [string, PodOptions, NodeOptions, string, string][] = [
    ['cordon', {}, { unschedulable: true }, 'node(s) were unschedulable', hopeless],
    ['taint', {}, { taints: [taint] }, 'node(s) had untolerated taint(s)', hopeless],
    [
      'selector',
      { spec: { nodeSelector: { disk: 'ssd' } } },
      {},
      "node(s) didn't match Pod's node affinity/selector",
      hopeless,
    ],
    ['name', { spec: { nodeName: 'other' } }, {}, "node(s) didn't match the requested node name", hopeless],
    ['size', { requests: { memory: '16Gi' } }, {}, 'Insufficient memory', hopeless],
    ['extended resource', { requests: { 'example.com/gpu': '1' } }, {}, 'Insufficient example.com/gpu', hopeless],
  ];
  test.each(cases)('%s', (_name, pod, node, reason, preemption) => {
    expect(refusal(pod, node)).toBe(
      `0/1 nodes are available: 1 ${reason}. preemption: 0/1 nodes are available: 1 ${preemption}.`,
    );
  });

  test('no nodes at all', () => {
    expect(refusal({})).toBe('no nodes available to schedule pods');
  });

  test('what others have taken could be freed', () => {
    const full = snapshotOf([aNode('n')], [aPod('big', { requests: { cpu: '4' }, spec: { nodeName: 'n' } })]);
    expect(decide(aPod('p', { requests: { cpu: '100m' } }), full)).toBe(
      `0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 ${preemptable}.`,
    );
    const holder = aPod('web', { hostPort: 80, spec: { nodeName: 'n' } });
    expect(decide(aPod('p', { hostPort: 80 }), snapshotOf([aNode('n')], [holder]))).toContain(
      "1 node(s) didn't have free ports for the requested pod ports. ",
    );
    const crowded = snapshotOf(
      [aNode('n', { allocatable: { pods: '1' } })],
      [aPod('only', { spec: { nodeName: 'n' } })],
    );
    expect(decide(aPod('p'), crowded)).toContain('1 Too many pods. ');
  });

  test('reasons are counted over the nodes and sorted as text', () => {
    const small = { allocatable: { cpu: '1', memory: '1Gi', pods: '110' } };
    const message = refusal(
      { requests: { cpu: '2', memory: '2Gi' } },
      { taints: [taint] },
      small,
      { taints: [taint] },
      small,
    );
    expect(message).toBe(
      '0/4 nodes are available: 2 Insufficient cpu, 2 Insufficient memory, 2 node(s) had untolerated taint(s). ' +
        `preemption: 0/4 nodes are available: 4 ${hopeless}.`,
    );
  });

  test('a Pod that never preempts says so', () => {
    expect(refusal({ spec: { preemptionPolicy: 'Never' } }, { unschedulable: true })).toMatch(
      /preemption: not eligible due to preemptionPolicy=Never\.$/,
    );
  });
});

describe('filters', () => {
  const fits = (pod: PodOptions, node: NodeOptions) => refusal(pod, node) === 'n0';
  const affinity = (operator: string, values?: string[]) => ({
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'cores', operator, values }] }],
          },
        },
      },
    },
  });
  test.each([
    ['In', ['8'], true],
    ['In', ['9'], false],
    ['NotIn', ['9'], true],
    ['Exists', undefined, true],
    ['DoesNotExist', undefined, false],
    ['Gt', ['7'], true],
    ['Gt', ['8'], false],
    ['Lt', ['9'], true],
    ['Lt', ['x'], false],
  ])('required node affinity %s %s', (operator, values, expected) => {
    expect(fits(affinity(operator, values), { labels: { cores: '8' } })).toBe(expected);
  });

  test.each([
    [{ key: 'dedicated', operator: 'Equal', value: 'db' }, true],
    [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }, true],
    [{ key: 'dedicated', value: 'web' }, false],
    [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ operator: 'Exists' }, true],
  ])('toleration %j', (toleration, expected) => {
    expect(fits({ spec: { tolerations: [toleration] } }, { taints: [taint] })).toBe(expected);
  });

  test('init containers count beside sidecars, not beside containers', () => {
    const container = (name: string, cpu: string, more = {}) => ({
      name,
      image: 'i',
      resources: { requests: { cpu } },
      ...more,
    });
    const spec = {
      initContainers: [container('sidecar', '1', { restartPolicy: 'Always' }), container('setup', '3')],
      containers: [container('main', '2')],
    };
    expect(podInfo(aPod('p', { spec })).requests).toEqual({ cpu: 4000 });
  });
});

describe('preferences', () => {
  test('the emptier node, the preferred one, the one without a soft taint', () => {
    const busy = aPod('busy', { requests: { cpu: '3', memory: '6Gi' }, spec: { nodeName: 'a' } });
    expect(decide(aPod('p'), snapshotOf([aNode('a'), aNode('b')], [busy]))).toBe('b');
    const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } }];
    const wish = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
    expect(decide(aPod('p', { spec: wish }), snapshotOf([aNode('a'), aNode('b', { labels: { disk: 'ssd' } })]))).toBe(
      'b',
    );
    const soft = { ...taint, effect: 'PreferNoSchedule' };
    expect(decide(aPod('p'), snapshotOf([aNode('a', { taints: [soft] }), aNode('b')]))).toBe('b');
  });

  test('replicas are spread over zones before nodes', () => {
    const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
    const snapshot = snapshotOf([aNode('a1', zone('a')), aNode('a2', zone('a')), aNode('b1', zone('b'))]);
    const nodes = place(
      [1, 2].map((n) => aPod(`p${n}`, { owner: 'rc' })),
      snapshot,
    );
    expect(new Set(nodes.map((name) => name[0])).size).toBe(2);
  });

  test('Pods without a controller are spread by their Service', () => {
    const snapshot = snapshotOf([aNode('a'), aNode('b')]);
    const service = { metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'x' } } };
    put(snapshot, 'services', service as unknown as Pod);
    const nodes = place(
      [1, 2].map((n) => aPod(`p${n}`, { labels: { app: 'x' } })),
      snapshot,
    );
    expect(nodes.sort()).toEqual(['a', 'b']);
  });
});

test('enough nodes to choose from', () => {
  expect([1, 99, 100, 150, 1000, 5000, 20_000].map(enoughNodes)).toEqual([1, 99, 100, 100, 420, 500, 1000]);
});

describe('whatever the nodes and Pods', () => {
  const nodeOptions = fc.record({
    cpu: fc.integer({ min: 0, max: 8 }),
    pods: fc.integer({ min: 0, max: 6 }),
    tainted: fc.boolean(),
    cordoned: fc.boolean(),
    ssd: fc.boolean(),
  });
  const podOptions = fc.record({
    cpu: fc.integer({ min: 0, max: 3 }),
    hostPort: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    tolerant: fc.boolean(),
    wantsSsd: fc.boolean(),
    owner: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
  });
  const world = fc.record({
    nodes: fc.array(nodeOptions, { maxLength: 6 }),
    pods: fc.array(podOptions, { maxLength: 20 }),
    seed: fc.nat(),
  });
  type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

  function build({ nodes, pods }: World): { nodes: Node[]; pods: Pod[] } {
    return {
      nodes: nodes.map(({ cpu, pods: room, tainted, cordoned, ssd }, index) =>
        aNode(`n${index}`, {
          allocatable: { cpu: String(cpu), memory: '1Gi', pods: String(room) },
          labels: ssd ? { disk: 'ssd' } : {},
          taints: tainted ? [taint] : [],
          unschedulable: cordoned,
        }),
      ),
      pods: pods.map(({ cpu, hostPort, tolerant, wantsSsd, owner }, index) =>
        aPod(`p${index}`, {
          requests: { cpu: String(cpu) },
          owner,
          hostPort,
          spec: {
            tolerations: tolerant ? [{ key: 'dedicated', operator: 'Exists' }] : [],
            nodeSelector: wantsSsd ? { disk: 'ssd' } : undefined,
          },
        }),
      ),
    };
  }

  test('no node is over-committed, no rule broken, and nobody is refused who fits', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { nodes, pods } = build(given);
        const results = place(pods, snapshotOf(nodes), given.seed);
        const on = new Map(nodes.map((node) => [node.metadata.name!, [] as Pod[]]));
        for (const [index, pod] of pods.entries()) {
          const target = nodes.find((node) => node.metadata.name === results[index]);
          const allowed = nodes.filter((node) => admits(node, pod, on.get(node.metadata.name!)!));
          if (!target) expect(allowed).toEqual([]);
          else {
            expect(allowed).toContain(target);
            on.get(target.metadata.name!)!.push(pod);
          }
        }
      }),
    );
  });

  /** The rules once more, in the plainest form. */
  function admits(node: Node, pod: Pod, others: readonly Pod[]): boolean {
    const cpu = (item: Pod) => Number(item.spec?.containers[0]?.resources?.requests?.cpu ?? 0);
    const port = (item: Pod) => item.spec?.containers[0]?.ports?.[0]?.hostPort;
    const { allocatable = {} } = node.status ?? {};
    const used = others.reduce((sum, other) => sum + cpu(other), 0);
    return (
      others.length < Number(allocatable.pods) &&
      (cpu(pod) === 0 || used + cpu(pod) <= Number(allocatable.cpu)) &&
      !others.some((other) => port(other) !== undefined && port(other) === port(pod)) &&
      !node.spec?.unschedulable &&
      (node.spec?.taints ?? []).every((one) =>
        pod.spec?.tolerations?.some((toleration) => tolerates(toleration, one)),
      ) &&
      Object.entries(pod.spec?.nodeSelector ?? {}).every(([key, value]) => node.metadata.labels?.[key] === value)
    );
  }

  test('the same seed gives the same decisions', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { nodes, pods } = build(given);
        expect(place(pods, snapshotOf(nodes), given.seed)).toEqual(place(pods, snapshotOf(nodes), given.seed));
      }),
    );
  });

  test('replicas are spread within one over equal nodes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat(),
        (nodes, replicas, seed) => {
          const snapshot = snapshotOf(Array.from({ length: nodes }, (_, n) => aNode(`n${n}`)));
          const pods = Array.from({ length: replicas }, (_, n) =>
            aPod(`p${n}`, { owner: 'rc', requests: { cpu: '50m' } }),
          );
          place(pods, snapshot, seed);
          const counts = snapshot.nodes.map(({ pods: placed }) => placed.size);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test('totals are what they would be if built anew', () => {
    const change = fc.record({
      pod: fc.nat(5),
      node: fc.nat(2),
      cpu: fc.integer({ min: 1, max: 4 }),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const nodes = [aNode('n0'), aNode('n1'), aNode('n2')];
        const snapshot = snapshotOf(nodes);
        const last = new Map<string, Pod>();
        for (const { pod, node, cpu, gone } of changes) {
          const object = aPod(`p${pod}`, {
            requests: { cpu: String(cpu) },
            owner: 'x',
            hostPort: cpu,
            spec: { nodeName: `n${node}` },
          });
          const key = { resource: 'pods', namespace: 'default', name: `p${pod}` };
          snapshot.apply({ type: gone ? 'DELETED' : 'MODIFIED', revision: 1, key, object });
          if (gone) last.delete(`p${pod}`);
          else last.set(`p${pod}`, object);
        }
        const fresh = snapshotOf(nodes, [...last.values()]);
        const totals = (from: typeof snapshot) =>
          from.nodes.map(({ requested, pods, hostPorts, ...node }) => ({
            name: node.name,
            cpu: requested.cpu ?? 0,
            pods: [...pods.keys()].sort(),
            ports: hostPorts.map(({ port }) => port).sort(),
          }));
        expect(totals(snapshot)).toEqual(totals(fresh));
      }),
    );
  });
});
