import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../define-kind.ts';
import flowSchema from '../flow-schema.ts';
import priorityLevel from '../priority-level-configuration.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

test('what every cluster has from the start is valid', () => {
  for (const kind of [flowSchema, priorityLevel]) {
    const initial = kind.bootstrap?.(defaultSettings, []) ?? [];
    expect(initial.length).toBeGreaterThan(7);
    for (const object of initial) expect(submit(kind, object).errors).toBeUndefined();
  }
});

describe('FlowSchema', () => {
  const rule = {
    subjects: [{ kind: 'User', user: { name: 'jane' } }],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }],
  };
  const schema = (fields: object, name = 'x') => ({
    metadata: { name },
    spec: { priorityLevelConfiguration: { name: 'workload-low' }, rules: [rule], ...fields },
  });
  const withRule = (fields: object) => schema({ rules: [{ ...rule, ...fields }] });

  test('comes after most others unless it says otherwise', () => {
    expect(submit(flowSchema, schema({ matchingPrecedence: 0 })).object?.spec).toMatchObject({
      matchingPrecedence: 1000,
    });
  });

  test.each<[string, object, string[]]>([
    [
      'the first place',
      schema({ matchingPrecedence: 1 }),
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      'no level',
      schema({ priorityLevelConfiguration: {} }),
      ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
    ],
    [
      'nobody',
      withRule({ subjects: [] }),
      ['spec.rules[0].subjects: Required value: subjects must contain at least one value'],
    ],
    [
      'a subject of two kinds',
      withRule({ subjects: [{ kind: 'User', user: { name: 'a' }, group: { name: 'b' } }] }),
      ["spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'"],
    ],
    [
      'everything and more',
      withRule({ nonResourceRules: [{ verbs: ['*', 'get'], nonResourceURLs: ['/a*'] }] }),
      [
        `spec.rules[0].nonResourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
      ],
    ],
    [
      'resources nowhere',
      withRule({ resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: [] }] }),
      [
        'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      ],
    ],
  ])('refuses %s', (_title, object, expected) => {
    expect(refusals(flowSchema, object)).toEqual(expected);
  });

  test('of the system keeps its spec', () => {
    const errors = refusals(flowSchema, schema({ matchingPrecedence: 10_000 }, 'catch-all'));
    expect(errors[0]).toMatch(/^spec: Invalid value: .*spec of 'catch-all' must equal the fixed value$/);
  });
});

describe('PriorityLevelConfiguration', () => {
  const level = (spec: object, name = 'x') => ({ metadata: { name }, spec });
  const limited = (limitResponse: object) => level({ type: 'Limited', limited: { limitResponse } });

  test('has shares and queues unless it says otherwise', () => {
    expect(submit(priorityLevel, limited({ type: 'Queue', queuing: {} })).object?.spec).toEqual({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
      },
    });
  });

  test.each<[string, object, string[]]>([
    [
      'freedom for everybody',
      level({ type: 'Exempt' }),
      ["spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"],
    ],
    ['no limits', level({ type: 'Limited' }), ['spec.limited: Required value: must not be empty when type is Limited']],
    [
      'queues that are not used',
      limited({ type: 'Reject', queuing: {} }),
      ['spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited'],
    ],
    [
      'a hand that nothing can deal',
      limited({ type: 'Queue', queuing: { queues: 512, handSize: 7 } }),
      [
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 512 and handSize 7 should not be greater than 60',
      ],
    ],
  ])('refuses %s', (_title, object, expected) => {
    expect(refusals(priorityLevel, object)).toEqual(expected);
  });

  test('of those who never wait changes its shares alone', () => {
    expect(refusals(priorityLevel, level({ type: 'Exempt', exempt: { lendablePercent: 5 } }, 'exempt'))).toEqual([]);
    expect(cells(priorityLevel, level({ type: 'Exempt' }, 'exempt'))).toMatchObject({ Queues: '<none>' });
  });
});
