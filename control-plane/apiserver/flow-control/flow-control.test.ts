import { beforeEach, describe, expect, it } from 'vitest';
import type { Change, StoreListQuery, StorePage } from '../../store/store.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { FlowSchema, PriorityLevelConfiguration } from './config.ts';
import {
  createFlowControl,
  type FlowControl,
  flowSchemaResource,
  inTurn,
  priorityLevelResource,
} from './flow-control.ts';

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
let commit: (changes: readonly Change[]) => void;
let timers: { run: () => void; delayMs: number }[];
let control: FlowControl;

beforeEach(() => {
  timers = [];
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
  control = createFlowControl({
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
        commit = listener;
        return () => undefined;
      },
    },
    startTimer(run, delayMs) {
      const timer = { run, delayMs };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    options: { totalSeats: 8, startsInTurn: 4 },
  });
});

/** What the event loop would do next. */
const nextTurn = () => {
  for (const timer of timers.filter(({ delayMs }) => delayMs === 0)) {
    timers.splice(timers.indexOf(timer), 1);
    timer.run();
  }
};

describe('classification', () => {
  it('goes by precedence', async () => {
    expect(await control.admit(user('root', 'system:masters', 'team'), lists)).toMatchObject({
      flowSchemaUid: 'schema-masters',
      priorityLevelUid: 'level-exempt',
    });
    expect(await control.admit(user('one', 'team'), lists)).toMatchObject({ flowSchemaUid: 'schema-team' });
    expect(await control.admit(user('two'), lists)).toMatchObject({ priorityLevelUid: 'level-few' });
  });

  it('follows the objects', async () => {
    await control.admit(user('two'), lists);
    objects[flowSchemaResource]!.push(schema('urgent', 1, 'many', 'system:authenticated'));
    commit([{ key: { resource: flowSchemaResource } } as Change]);
    expect(await control.admit(user('two'), lists)).toMatchObject({ flowSchemaUid: 'schema-urgent' });
  });

  it('without objects everybody takes turns', async () => {
    objects = {};
    expect(await control.admit(user('two'), lists)).toMatchObject({ flowSchemaUid: '' });
  });
});

describe('limits', () => {
  it('seats are shared out by shares; who must not wait is told to come again', async () => {
    await control.admit(user('two'), lists);
    await control.admit(user('two'), lists);
    expect(await control.admit(user('two'), lists)).toMatchObject({
      release: undefined,
      priorityLevelUid: 'level-few',
    });
    // The other level has its own.
    await control.admit(user('one', 'team'), lists);
  });

  it('a refusal is plain text, which says when to come again and whose limits these are', async () => {
    const answer = () => inTurn(control, { user: user('two'), attributes: lists }, async () => new Response('late'));
    await control.admit(user('two'), lists);
    await control.admit(user('two'), lists);
    const refused = await answer();
    expect([refused.status, await refused.text()]).toEqual([429, 'Too many requests, please try again later.\n']);
    expect(Object.fromEntries(refused.headers)).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'retry-after': '1',
      'x-content-type-options': 'nosniff',
      'x-kubernetes-pf-flowschema-uid': 'schema-everybody',
      'x-kubernetes-pf-prioritylevel-uid': 'level-few',
    });
  });

  it('administrators are never held up', async () => {
    for (let count = 0; count < 100; count++) await control.admit(user('root', 'system:masters'), lists);
  });

  it('what comes in one turn is let in by turns, whoever came first', async () => {
    const order: string[] = [];
    const ask = async (name: string) => {
      const admitted = await control.admit(user(name, 'team'), lists);
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
