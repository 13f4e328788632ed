import { expect, test } from 'vitest';
import priorityClass from '../priority-class.ts';
import { refusals, submit } from '../testing/submit.ts';

const named = (name: string, fields: object = {}) => ({ metadata: { name }, ...fields });

test('a class of users stays below those of the system', () => {
  expect(submit(priorityClass, named('high', { value: 1_000_000_000 })).object).toMatchObject({
    preemptionPolicy: 'PreemptLowerPriority',
    metadata: { generation: 1 },
  });
  expect(refusals(priorityClass, named('high', { value: 1_000_000_001, preemptionPolicy: 'Sometimes' }))).toEqual([
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    'preemptionPolicy: Unsupported value: "Sometimes": supported values: "Never", "PreemptLowerPriority"',
  ]);
});

test.each([
  ['system-x', 1, false, 'system-x is not a known system priority class'],
  ['system-node-critical', 1, false, 'value of system-node-critical PriorityClass must be 2000001000'],
  ['system-node-critical', 2000001000, true, 'globalDefault of system-node-critical PriorityClass must be false'],
])('%s with value %d and globalDefault %s is not for users', (name, value, globalDefault, problem) => {
  const reserved = "priority class names with 'system-' prefix are reserved for system use only";
  expect(refusals(priorityClass, named(name, { value, globalDefault }))).toEqual([
    `metadata.name: Forbidden: ${reserved}. error: ${problem}`,
  ]);
});

test('what Pods have taken from a class stays', () => {
  const old = named('a', { value: 1 });
  expect(refusals(priorityClass, named('a', { value: 2, preemptionPolicy: 'Never' }), { old })).toEqual([
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ]);
  expect(refusals(priorityClass, named('a', { value: 1, description: 'other' }), { old })).toEqual([]);
});
