import { beforeEach, describe, expect, it } from 'vitest';
import type { Change, StoreListQuery, StorePage } from '../../store/store.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { FlowSchema, PriorityLevelConfiguration } from './config.ts';
import { createFlowControl, type FlowControl, flowSchemaResource, priorityLevelResource } from './flow-control.ts';

const lists: RequestAttributes = {
  verb: 'list',
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'a',
  name: '',
};
const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });

const level = (name: string, spec: PriorityLevelConfiguration['spec']): PriorityLevelConfiguration => ({
  metadata: { name, uid: `level-${name}` },
  spec,
});
const schema = (name: string, precedence: number, to: string, group: string): FlowSchema => ({
  metadata: { name, uid: `schema-${name}` },
  spec: {
    matchingPrecedence: precedence,
    priorityLevelConfiguration: { name: to },
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'Group', group: { name: group } }],
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
      },
    ],
  },
});

let objects: Record<string, object[]>;
let listeners: ((changes: readonly Change[]) => void)[];
const commit = (changes: readonly Change[]) => {
  for (const listener of listeners) listener(changes);
};
let timers: { run: () => void; delayMs: number }[];
let control: FlowControl;

beforeEach(() => {
  timers = [];
  listeners = [];
  objects = {
    [priorityLevelResource]: [
      level('exempt', { type: 'Exempt' }),
      level('many', { type: 'Limited', limited: { nominalConcurrencyShares: 3, limitResponse: { type: 'Queue' } } }),
      level('few', { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } }),
    ],
    [flowSchemaResource]: [
      schema('everybody', 9000, 'few', 'system:authenticated'),
      schema('team', 500, 'many', 'team'),
      schema('masters', 1, 'exempt', 'system:masters'),
    ],
  };
  control = start();
});

function start(options: Partial<FlowControlOptions> = { totalSeats: 8, startsInTurn: 4 }): FlowControl {
  return createFlowControl({
    store: {
      list: ({ resource }: StoreListQuery): StorePage => ({
        items: (objects[resource] ?? []).map((object) => ({
          key: { resource, namespace: '', name: '' },
          uid: '',
          revision: 1,
          json: JSON.stringify(object),
        })),
        revision: 1,
      }),
      onCommit: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    startTimer(run, delayMs) {
      const timer = { run, delayMs };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    options,
  });
}

/** What the event loop would do next. */
const nextTurn = () => {
  for (const timer of timers.filter(({ delayMs }) => delayMs === 0)) {
    timers.splice(timers.indexOf(timer), 1);
    timer.run();
  }
};

describe('classification', () => {
  it('goes by precedence', async () => {
    expect(await control.admit({ user: user('root', 'system:masters', 'team'), attributes: lists })).toMatchObject({
      flowSchemaUid: 'schema-masters',
      priorityLevelUid: 'level-exempt',
    });
    expect(await control.admit({ user: user('one', 'team'), attributes: lists })).toMatchObject({
      flowSchemaUid: 'schema-team',
    });
    expect(await control.admit({ user: user('two'), attributes: lists })).toMatchObject({
      priorityLevelUid: 'level-few',
    });
  });

  it('follows the objects', async () => {
    await control.admit({ user: user('two'), attributes: lists });
    objects[flowSchemaResource]!.push(schema('urgent', 1, 'many', 'system:authenticated'));
    commit([{ key: { resource: flowSchemaResource } } as Change]);
    expect(await control.admit({ user: user('two'), attributes: lists })).toMatchObject({
      flowSchemaUid: 'schema-urgent',
    });
  });

  it('without objects everybody takes turns', async () => {
    objects = {};
    expect(await control.admit({ user: user('two'), attributes: lists })).toMatchObject({ flowSchemaUid: '' });
  });
});

describe('limits', () => {
  it('seats are shared out by shares; who must not wait is told to come again', async () => {
    await control.admit({ user: user('two'), attributes: lists });
    await control.admit({ user: user('two'), attributes: lists });
    expect(await control.admit({ user: user('two'), attributes: lists })).toMatchObject({
      release: undefined,
      priorityLevelUid: 'level-few',
    });
    // The other level has its own.
    await control.admit({ user: user('one', 'team'), attributes: lists });
  });

  it('administrators are never held up', async () => {
    for (let count = 0; count < 100; count++)
      await control.admit({ user: user('root', 'system:masters'), attributes: lists });
  });

  it('what comes in one turn is let in by turns, whoever came first', async () => {
    const order: string[] = [];
    const ask = async (name: string) => {
      const admitted = await control.admit({ user: user(name, 'team'), attributes: lists });
      order.push(name);
      admitted.release?.();
    };
    const all = Array.from({ length: 40 }, () => ask('greedy'));
    all.push(ask('modest'));
    for (let turn = 0; turn < 20 && order.length < all.length; turn++) {
      nextTurn();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(order).toHaveLength(41);
    expect(order.indexOf('modest')).toBeLessThan(20);
  });
});

describe('a list', () => {
  const pods = (count: number) => Array.from({ length: count }, (_, index) => ({ metadata: { name: `pod-${index}` } }));
  const ask = (query: string, attributes = {}) =>
    control.admit({
      user: user('one', 'team'),
      attributes: { ...lists, ...attributes },
      query: new URLSearchParams(query),
    });

  beforeEach(() => {
    // Of 88 seats 66 are for this level, 8 of which one request may take.
    control = start({ totalSeats: 88, startsInTurn: 20 });
    objects.pods = pods(450);
  });

  it.each([
    ['', {}, 5],
    ['limit=250', {}, 3],
    ['limit=250&labelSelector=a=b', {}, 5],
    ['', { name: 'one' }, 1],
    ['', { verb: 'get' }, 1],
    ['', { verb: 'watch' }, 5],
    ['resourceVersion=7', { verb: 'watch' }, 1],
    ['resourceVersion=7&sendInitialEvents=true', { verb: 'watch' }, 5],
    ['', { resource: 'unknown' }, 1],
  ])('%j of %j takes a seat for each hundred objects: %j', async (query, attributes, width) => {
    // As many as begin in one turn.
    let begun = 0;
    for (; begun < 20; begun += 1) if (ask(query, attributes) instanceof Promise) break;
    expect(begun).toBe(Math.ceil(20 / width));
  });

  it('takes no more than a part of its level', () => {
    objects.pods = pods(5000);
    let begun = 0;
    for (; begun < 20; begun += 1) if (ask('') instanceof Promise) break;
    expect(begun).toBe(Math.ceil(20 / 8));
  });

  it('is as long as the commits have made it', async () => {
    await ask('');
    const key = { resource: 'pods', namespace: '', name: '' };
    commit(Array.from({ length: 400 }, () => ({ type: 'DELETED', key }) as Change));
    let begun = 0;
    for (; begun < 30; begun += 1) if (ask('') instanceof Promise) break;
    expect(begun).toBe(20 - 5);
  });
});
