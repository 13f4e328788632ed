import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { Snapshot } from './snapshot.ts';
import { aNode, aPod, decide, judge, put, snapshotOf } from './testing/builders.ts';

const zone = 'zone';
const host = 'host';
const node = (name: string, zoneName?: string, cpu = '8') =>
  aNode(name, {
    allocatable: { cpu, memory: '8Gi', pods: '110' },
    labels: { [host]: name, ...(zoneName ? { [zone]: zoneName } : {}) },
  });

interface Rule {
  app: string;
  within?: string;
  namespaces?: string[];
  namespaceSelector?: object;
}
const term = ({ app, within = zone, ...rest }: Rule) => ({
  topologyKey: within,
  labelSelector: { matchLabels: { app } },
  ...rest,
});

interface Rules {
  app?: string;
  near?: Rule[];
  apart?: Rule[];
  likes?: Rule[];
  dislikes?: Rule[];
  on?: string;
  namespace?: string;
  priority?: number;
  cpu?: string;
}

function pod(name: string, { app = name, near, apart, likes, dislikes, on, namespace, priority, cpu }: Rules): Pod {
  const weighted = (rules: Rule[] | undefined) =>
    rules?.map((rule) => ({ weight: 10, podAffinityTerm: term(rule) })) ?? [];
  const affinity = (required: Rule[] | undefined, preferred: Rule[] | undefined) => ({
    requiredDuringSchedulingIgnoredDuringExecution: required?.map(term) ?? [],
    preferredDuringSchedulingIgnoredDuringExecution: weighted(preferred),
  });
  const spec = {
    nodeName: on,
    priority,
    affinity: { podAffinity: affinity(near, likes), podAntiAffinity: affinity(apart, dislikes) },
  };
  const built = aPod(name, { labels: { app }, requests: cpu ? { cpu } : undefined, spec });
  built.metadata.namespace = namespace ?? 'default';
  return built;
}

const twoZones = (...placed: Pod[]): Snapshot =>
  snapshotOf([node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('nowhere')], placed);
const all = ['a1', 'a2', 'b1', 'nowhere'];

/** Where the Pod may go, tried node by node. */
const options = (wanted: Pod, snapshot: Snapshot) =>
  all.filter((name) => {
    const pinned = { ...wanted, spec: { ...wanted.spec!, nodeName: name } };
    return decide(pinned, snapshot) === name;
  });

describe('where a Pod may go', () => {
  test('beside those that it needs', () => {
    const snapshot = twoZones(pod('db', { on: 'a1' }));
    expect(options(pod('p', { near: [{ app: 'db' }] }), snapshot)).toEqual(['a1', 'a2']);
    expect(options(pod('p', { near: [{ app: 'db', within: host }] }), snapshot)).toEqual(['a1']);
    expect(options(pod('p', { near: [{ app: 'other' }] }), snapshot)).toEqual([]);
    // All terms by the same Pods.
    put(snapshot, 'pods', pod('web', { on: 'b1' }));
    expect(options(pod('p', { near: [{ app: 'db' }, { app: 'web' }] }), snapshot)).toEqual([]);
  });

  test('anywhere within a zone, for the first of those that need each other', () => {
    const wanted = pod('p', { app: 'x', near: [{ app: 'x' }] });
    expect(options(wanted, twoZones())).toEqual(['a1', 'a2', 'b1']);
    expect(options(wanted, twoZones(pod('first', { app: 'x', on: 'b1' })))).toEqual(['b1']);
  });

  test('not to those that it shuns, nor to those that shun it', () => {
    const shunned = twoZones(pod('db', { on: 'a1' }));
    expect(options(pod('p', { apart: [{ app: 'db' }] }), shunned)).toEqual(['b1', 'nowhere']);
    expect(options(pod('p', { apart: [{ app: 'db', within: host }] }), shunned)).toEqual(['a2', 'b1', 'nowhere']);
    const shunning = twoZones(pod('db', { on: 'a1', apart: [{ app: 'p' }] }));
    expect(options(pod('p', {}), shunning)).toEqual(['b1', 'nowhere']);
    expect(options(pod('q', {}), shunning)).toEqual(all);
  });

  test('by namespaces: its own, the named ones, the selected ones', () => {
    const snapshot = twoZones(pod('db', { on: 'a1', namespace: 'data' }));
    const team = { metadata: { name: 'data', labels: { team: 'x' } } };
    put(snapshot, 'namespaces', team as unknown as Pod);
    const near = (rule: Partial<Rule>) => options(pod('p', { near: [{ app: 'db', ...rule }] }), snapshot).length > 0;
    expect(near({})).toBe(false);
    expect(near({ namespaces: ['data'] })).toBe(true);
    expect(near({ namespaceSelector: {} })).toBe(true);
    expect(near({ namespaceSelector: { matchLabels: { team: 'x' } } })).toBe(true);
    expect(near({ namespaceSelector: { matchLabels: { team: 'y' } } })).toBe(false);
    expect(near({ namespaceSelector: { matchLabels: { team: 'y' } }, namespaces: ['data'] })).toBe(true);
  });

  test.each([
    ['near', pod('p', { near: [{ app: 'none' }] }), [], "node(s) didn't match pod affinity rules", false],
    ['apart', pod('p', { apart: [{ app: 'v' }] }), [], "node(s) didn't match pod anti-affinity rules", true],
    ['shunned', pod('p', {}), [{ app: 'p' }], "node(s) didn't satisfy existing pods anti-affinity rules", true],
  ])('why not: %s', (_name, wanted, apart, reason, mayMakeRoom) => {
    const snapshot = snapshotOf([node('a1', 'a')], [pod('v', { on: 'a1', apart })]);
    const preemption = mayMakeRoom
      ? 'No preemption victims found for incoming pod'
      : 'Preemption is not helpful for scheduling';
    expect(decide(wanted, snapshot)).toBe(
      `0/1 nodes are available: 1 ${reason}. preemption: 0/1 nodes are available: 1 ${preemption}.`,
    );
  });
});

describe('where a Pod would rather be', () => {
  test.each<[string, Pod, Pod, string[]]>([
    ['near those that it likes', pod('p', { likes: [{ app: 'db' }] }), pod('db', { on: 'b1' }), ['b1']],
    ['near those that like it', pod('p', {}), pod('db', { on: 'b1', likes: [{ app: 'p' }] }), ['b1']],
    ['near those that need it', pod('p', {}), pod('db', { on: 'b1', near: [{ app: 'p' }] }), ['b1']],
    ['away from those that it dislikes', pod('p', { dislikes: [{ app: 'db' }] }), pod('db', { on: 'a1' }), ['b1']],
    ['away from those that dislike it', pod('p', {}), pod('db', { on: 'a1', dislikes: [{ app: 'p' }] }), ['b1']],
  ])('%s', (_name, wanted, placed, expected) => {
    const snapshot = snapshotOf([node('a1', 'a'), node('a2', 'a'), node('b1', 'b')], [placed]);
    const chosen = [1, 2, 3, 4].map((seed) => decide(wanted, snapshot, () => seed / 5));
    expect([...new Set(chosen)]).toEqual(expected);
  });
});

describe('who has to go', () => {
  test('those that are shunned, in the whole zone of one node at a time', () => {
    const snapshot = snapshotOf(
      [node('a1', 'a'), node('b1', 'b')],
      [pod('db', { on: 'a1' }), pod('bystander', { on: 'a1' }), pod('high', { app: 'db', on: 'b1', priority: 9 })],
    );
    const verdict = judge(pod('p', { priority: 5, apart: [{ app: 'db' }] }), snapshot);
    expect(verdict).toMatchObject({ nominated: 'a1', victims: [{ uid: 'db' }] });
  });

  test('nobody where the one that shuns is on another node of the zone', () => {
    const snapshot = snapshotOf(
      [node('a1', 'a'), node('a2', 'a', '1')],
      [pod('db', { on: 'a1', priority: 9, apart: [{ app: 'p' }] }), pod('full', { on: 'a2', cpu: '1' })],
    );
    expect(judge(pod('p', { priority: 5, cpu: '1' }), snapshot)).toMatchObject({ nominated: undefined, victims: [] });
  });

  test('a nominated Pod keeps those that it shuns away', () => {
    const snapshot = snapshotOf([node('a1', 'a', '1')], [pod('v', { on: 'a1', cpu: '1' })]);
    const shy = pod('shy', { priority: 5, cpu: '1', apart: [{ app: 'p' }] });
    expect(judge(shy, snapshot)).toMatchObject({ nominated: 'a1' });
    snapshot.forget('default/v');
    // The rules of a Pod that is yet to come count only for Pods with rules of their own.
    expect(decide(pod('p', { apart: [{ app: 'none' }] }), snapshot)).toContain(
      "1 node(s) didn't satisfy existing pods anti-affinity rules.",
    );
  });
});

describe('whatever the Pods', () => {
  const apps = fc.constantFrom('x', 'y');
  const rule = fc.record({ app: apps, within: fc.constantFrom(zone, host) });
  const one = fc.record({ app: apps, near: fc.array(rule, { maxLength: 1 }), apart: fc.array(rule, { maxLength: 2 }) });

  test('no two are together of which one shuns the other, and who needs company has it', () => {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 10 }), fc.nat(), (rules, seed) => {
        const nodes = [node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('b2', 'b')];
        const snapshot = snapshotOf(nodes);
        const labels = new Map(nodes.map(({ metadata }) => [metadata.name!, metadata.labels!]));
        const placed: { app: string; at: Record<string, string>; of: (typeof rules)[number] }[] = [];
        for (const [index, of] of rules.entries()) {
          const wanted = pod(`p${index}`, of);
          const at = (name: string) => labels.get(name)!;
          const isBeside = (name: string, { app, within }: { app: string; within: string }) =>
            placed.some((other) => other.app === app && other.at[within] === at(name)[within]);
          const allowed = [...labels.keys()].filter(
            (name) =>
              of.near.every((need) => {
                const isFirst = need.app === of.app && !placed.some(({ app }) => app === need.app);
                return isFirst || isBeside(name, need);
              }) &&
              !of.apart.some((shun) => isBeside(name, shun)) &&
              !placed.some((other) =>
                other.of.apart.some((shun) => shun.app === of.app && other.at[shun.within] === at(name)[shun.within]),
              ),
          );
          const verdict = judge(wanted, snapshot, { random: () => ((seed + index) % 97) / 97 });
          if (!('node' in verdict)) {
            expect(allowed).toEqual([]);
            continue;
          }
          expect(allowed).toContain(verdict.node);
          snapshot.assume(verdict.queued.info, verdict.node);
          placed.push({ app: of.app, at: at(verdict.node), of });
        }
      }),
      { numRuns: 300 },
    );
  });
});
