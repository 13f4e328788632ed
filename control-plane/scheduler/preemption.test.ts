import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod, PodDisruptionBudget } from '../../shared/api/object.ts';
import { budgetOf, splitByBudgets } from './budgets.ts';
import type { Refusal } from './decide.ts';
import { filters } from './filters/index.generated.ts';
import { pendingPod, podInfo } from './pod-info.ts';
import { schedule } from './schedule.ts';
import type { Snapshot } from './snapshot.ts';
import { aNode, aPod, judge, put, snapshotOf } from './testing/builders.ts';
import { checksFor } from './trial.ts';
import { selectVictims } from './victims.ts';

const node = (name: string, cpu = 4) => aNode(name, { allocatable: { cpu: String(cpu), memory: '8Gi', pods: '10' } });

interface Options {
  cpu?: number;
  priority?: number;
  on?: string;
  /** Minutes past the hour. */
  started?: number;
  labels?: Record<string, string>;
  policy?: string;
}

const pod = (name: string, { cpu = 1, priority = 0, on, started, labels, policy }: Options = {}): Pod =>
  aPod(name, {
    requests: { cpu: String(cpu) },
    labels,
    spec: { priority, nodeName: on, preemptionPolicy: policy },
    ...(started === undefined ? {} : { status: { startTime: new Date(Date.UTC(2026, 0, 1, 0, started)) } }),
  });

const budget = (allowed: number, labels: Record<string, string> | undefined): PodDisruptionBudget => ({
  metadata: { name: 'b', namespace: 'default' },
  spec: labels ? { selector: { matchLabels: labels } } : {},
  status: { disruptionsAllowed: allowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

const refusalOf = (wanted: Pod, snapshot: Snapshot, budgets: PodDisruptionBudget[] = []): Refusal => {
  const verdict = judge(wanted, snapshot, { budgets: budgets.flatMap(budgetOf) });
  if ('node' in verdict) throw new Error(`it fits on ${verdict.node}`);
  return verdict;
};
const names = ({ victims }: Pick<Refusal, 'victims'>) => victims.map(({ uid }) => uid);

describe('who has to go', () => {
  test('as few as possible, of lower priority, the least important ones', () => {
    const placed = [
      pod('high', { priority: 5, on: 'n', started: 9 }),
      pod('old', { on: 'n', started: 1 }),
      pod('young', { on: 'n', started: 2 }),
      pod('equal', { priority: 9, on: 'n', started: 9 }),
    ];
    const refusal = refusalOf(pod('p', { priority: 9 }), snapshotOf([node('n')], placed));
    expect([refusal.nominated, names(refusal)]).toEqual(['n', ['young']]);
    expect(refusal.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  test('nobody where it would not help, and nobody of the same priority', () => {
    const snapshot = snapshotOf(
      [node('n')],
      [pod('a', { cpu: 2, on: 'n' }), pod('b', { cpu: 2, on: 'n', priority: 7 })],
    );
    expect(refusalOf(pod('p', { cpu: 3, priority: 7 }), snapshot)).toMatchObject({
      nominated: undefined,
      victims: [],
      message: '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Insufficient cpu.',
    });
    expect(refusalOf(pod('p', { cpu: 3 }), snapshot).message).toMatch(
      /1 No preemption victims found for incoming pod\.$/,
    );
    expect(refusalOf(pod('p', { cpu: 5, priority: 9 }), snapshot).message).toMatch(
      /1 Preemption is not helpful for scheduling\.$/,
    );
  });

  test('whom a budget cannot spare is let off before those that are more important', () => {
    const placed = [
      pod('kept', { on: 'n', labels: { app: 'db' } }),
      pod('goes', { on: 'n', priority: 1, cpu: 3, labels: { app: 'web' } }),
    ];
    const wanted = pod('p', { cpu: 3, priority: 9 });
    expect(names(refusalOf(wanted, snapshotOf([node('n')], placed), [budget(0, { app: 'db' })]))).toEqual(['goes']);
  });
});

describe('on which node', () => {
  const choose = (placed: Pod[], budgets: PodDisruptionBudget[] = []) =>
    refusalOf(pod('p', { cpu: 4, priority: 9 }), snapshotOf([node('a'), node('b')], placed), budgets).nominated;
  test.each<[string, Pod[], PodDisruptionBudget[]]>([
    [
      'fewest violations of budgets',
      [pod('1', { on: 'a', labels: { x: 'y' } }), pod('2', { on: 'b', priority: 3 })],
      [budget(0, { x: 'y' })],
    ],
    ['lowest highest priority', [pod('1', { on: 'a', priority: 2 }), pod('2', { on: 'b' }), pod('3', { on: 'b' })], []],
    [
      'lowest sum of priorities',
      [1, 2]
        .map((n) => pod(`a${n}`, { on: 'a', priority: 2 }))
        .concat([pod('b1', { on: 'b', priority: 2 }), pod('b2', { on: 'b', priority: 1 })]),
      [],
    ],
    [
      'fewest, even if their priorities are negative',
      [pod('1', { on: 'a', priority: -2 }), pod('2', { on: 'a', priority: -2 }), pod('3', { on: 'b', priority: -2 })],
      [],
    ],
    ['latest start of the most important', [pod('1', { on: 'a', started: 1 }), pod('2', { on: 'b', started: 2 })], []],
    [
      'the oldest of the most important counts',
      [
        pod('1', { on: 'a', started: 9 }),
        pod('2', { on: 'a', started: 1 }),
        pod('3', { on: 'b', started: 2 }),
        pod('4', { on: 'b', started: 3 }),
      ],
      [],
    ],
  ])('%s', (_name, placed, budgets) => {
    expect(choose(placed, budgets)).toBe('b');
    expect(choose([...placed].reverse(), budgets)).toBe('b');
  });
});

describe('a Pod that has been nominated', () => {
  const full = () =>
    snapshotOf([node('n')], [pod('v1', { cpu: 2, on: 'n' }), pod('v2', { cpu: 2, on: 'n', priority: 1 })]);

  test('waits for its victims and takes nobody else', () => {
    const snapshot = full();
    const wanted = pod('p', { cpu: 2, priority: 9 });
    expect(names(refusalOf(wanted, snapshot))).toEqual(['v1']);
    expect(refusalOf(wanted, snapshot)).toMatchObject({
      nominated: 'n',
      victims: [],
      message:
        '0/1 nodes are available: 1 Insufficient cpu. ' +
        'preemption: not eligible due to a terminating pod on the nominated node.',
    });
    snapshot.forget('default/v1');
    expect(judge(wanted, snapshot)).toMatchObject({ node: 'n' });
  });

  test('looks further when its node can no longer be freed', () => {
    const snapshot = full();
    refusalOf(pod('p', { cpu: 2, priority: 9 }), snapshot);
    put(snapshot, 'nodes', aNode('n', { unschedulable: true }));
    put(snapshot, 'nodes', node('m'));
    put(snapshot, 'pods', pod('v3', { cpu: 4, on: 'm' }));
    const again = refusalOf(pod('p', { cpu: 2, priority: 9 }), snapshot);
    expect([again.nominated, names(again)]).toEqual(['m', ['v3']]);
  });

  test('keeps its room from those of no higher priority', () => {
    const snapshot = full();
    refusalOf(pod('p', { cpu: 2, priority: 5 }), snapshot);
    snapshot.forget('default/v1');
    expect(refusalOf(pod('equal', { cpu: 2, priority: 5, policy: 'Never' }), snapshot).message).toMatch(
      /preemption: not eligible due to preemptionPolicy=Never\.$/,
    );
    expect(judge(pod('urgent', { cpu: 2, priority: 6 }), snapshot)).toMatchObject({ node: 'n' });
  });

  test('loses it to one that needs the node more', () => {
    const snapshot = full();
    refusalOf(pod('p', { cpu: 2, priority: 5 }), snapshot);
    const urgent = refusalOf(pod('urgent', { cpu: 4, priority: 6 }), snapshot);
    expect(urgent).toMatchObject({ nominated: 'n', outranked: [{ uid: 'p' }] });
    // The first one had told v1 already.
    expect(names(urgent)).toEqual(['v2']);
    expect(snapshot.nominations.nodeOf('default/p')).toBeUndefined();
  });

  test('those that go in any case are enough for the next one, however important they are', () => {
    const leaving = pod('going', { priority: 1, on: 'n' });
    leaving.metadata.deletionTimestamp = new Date();
    const snapshot = snapshotOf([node('n')], [leaving, pod('v', { cpu: 3, on: 'n' })]);
    expect(refusalOf(pod('p', { priority: 5 }), snapshot)).toMatchObject({ nominated: 'n', victims: [] });
  });

  test('is counted by the next one that makes room on its node', () => {
    const snapshot = full();
    refusalOf(pod('p', { cpu: 2, priority: 5 }), snapshot);
    expect(names(refusalOf(pod('q', { cpu: 2, priority: 5 }), snapshot))).toEqual(['v2']);
    expect(refusalOf(pod('r', { cpu: 2, priority: 5 }), snapshot).nominated).toBeUndefined();
  });
});

test('budgets: those without a selector select none, and a Pod that is counted already costs nothing', () => {
  const pods = ['a', 'b', 'c'].map((name) => podInfo(pod(name, { labels: { x: 'y' } })));
  const split = (budgets: PodDisruptionBudget[]) => {
    const { violating, sparable } = splitByBudgets(pods, budgets.flatMap(budgetOf));
    return [violating, sparable].map((part) => part.map(({ uid }) => uid).join(''));
  };
  expect(split([budget(0, undefined), budget(0, {})])).toEqual(['', 'abc']);
  expect(split([budget(1, { x: 'y' })])).toEqual(['bc', 'a']);
  const counted = budget(1, { x: 'y' });
  counted.status!.disruptedPods = { a: new Date() };
  expect(split([counted])).toEqual(['c', 'ab']);
  expect(split([{ ...budget(0, { x: 'y' }), metadata: { namespace: 'other' } }])).toEqual(['', 'abc']);
});

describe('whatever the nodes and Pods', () => {
  const aPodOf = fc.record({
    cpu: fc.integer({ min: 0, max: 3 }),
    priority: fc.integer({ min: -2, max: 3 }),
    port: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    on: fc.nat(3),
    started: fc.option(fc.nat(5), { nil: undefined }),
    app: fc.constantFrom('a', 'b', undefined),
  });
  const world = fc.record({
    cpus: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    placed: fc.array(aPodOf, { maxLength: 12 }),
    waiting: fc.array(aPodOf, { minLength: 1, maxLength: 4 }),
    allowed: fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.integer({ min: 0, max: 2 }) }),
  });
  type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

  const build = (name: string, { cpu, priority, port, started, app }: World['placed'][number], on?: string) => {
    const built = pod(name, { cpu, priority, on, started, labels: app ? { app } : {} });
    if (port) built.spec!.containers[0]!.ports = [{ containerPort: 80, hostPort: port }];
    return built;
  };

  function start({ cpus, placed, allowed }: World) {
    const nodes = cpus.map((cpu, index) => node(`n${index}`, cpu));
    const pods = placed.map((one, index) => build(`v${index}`, one, `n${one.on % cpus.length}`));
    const budgets = (['a', 'b'] as const).flatMap((app) => budgetOf(budget(allowed[app], { app })));
    return { snapshot: snapshotOf(nodes, pods), budgets };
  }

  const fits = (wanted: Pod, snapshot: Snapshot, on: string) => {
    const only = { ...wanted, spec: { ...wanted.spec!, nodeSelector: undefined, nodeName: on } };
    return 'node' in schedule(pendingPod(only), snapshot, { filters, scores: [], random: () => 0 });
  };

  test('only Pods of lower priority go, no more than needed, and then there is room', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { snapshot, budgets } = start(given);
        for (const [index, one] of given.waiting.entries()) {
          const wanted = build(`p${index}`, one);
          const verdict = judge(wanted, snapshot, { budgets });
          if ('node' in verdict) {
            snapshot.assume(verdict.queued.info, verdict.node);
            continue;
          }
          const { nominated, victims } = verdict;
          if (!nominated) {
            expect(victims).toEqual([]);
            continue;
          }
          expect(victims.filter(({ priority }) => priority >= one.priority)).toEqual([]);
          const going = [...snapshot.node(nominated)!.pods.values()].filter(
            ({ leaving, priority }) => leaving && priority < one.priority,
          );
          for (const victim of going) snapshot.forget(victim.key);
          expect(fits(wanted, snapshot, nominated)).toBe(true);
          for (const victim of victims) {
            snapshot.assume(victim, nominated);
            expect(fits(wanted, snapshot, nominated)).toBe(false);
            snapshot.forget(victim.key);
          }
          for (const victim of going) snapshot.assume(victim, nominated);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no other node could be freed at less cost', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { snapshot, budgets } = start(given);
        const wanted = build('p', given.waiting[0]!);
        const info = pendingPod(wanted);
        const options = { checks: checksFor(info, snapshot, filters), ahead: [], budgets };
        const all = snapshot.nodes.flatMap((one) => {
          const found = selectVictims(info, one, options);
          return 'victims' in found ? [found] : [];
        });
        const verdict = judge(wanted, snapshot, { budgets });
        if ('node' in verdict) return;
        if (!verdict.nominated) return void expect(all).toEqual([]);
        const chosen = all.find((candidate) => candidate.node === verdict.nominated)!;
        expect(chosen.violations).toBe(Math.min(...all.map(({ violations }) => violations)));
        const rivals = all.filter(({ violations }) => violations === chosen.violations);
        const highest = (candidate: typeof chosen) => Math.max(...candidate.victims.map(({ priority }) => priority));
        expect(highest(chosen)).toBe(Math.min(...rivals.map(highest)));
      }),
      { numRuns: 500 },
    );
  });
});
