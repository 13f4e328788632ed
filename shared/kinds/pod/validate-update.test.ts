import { describe, expect, it } from 'vitest';
import pod from '../pod.ts';
import { submit } from '../testing/submit.ts';

const old = {
  metadata: { name: 'p' },
  spec: {
    nodeName: 'n',
    activeDeadlineSeconds: 60,
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    containers: [{ name: 'c', image: 'a:1' }],
  },
};

function update(change: object) {
  const { errors } = submit(pod, { ...old, spec: { ...old.spec, ...change } }, { old });
  return (errors ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('a Pod that exists', () => {
  it.each([
    ['another image', { containers: [{ name: 'c', image: 'a:2' }] }],
    ['an earlier deadline', { activeDeadlineSeconds: 10 }],
    ['one more toleration', { tolerations: [...old.spec.tolerations, { key: 'l', operator: 'Exists' }] }],
    ['other toleration seconds', { tolerations: [{ ...old.spec.tolerations[0], tolerationSeconds: 9 }] }],
  ])('may get %s', (_title, change) => {
    expect(update(change)).toEqual([]);
  });

  it('may not change otherwise, and says what changed', () => {
    expect(update({ containers: [{ name: 'c', image: 'a:1', command: ['x'] }] })).toEqual([
      'spec: Forbidden: pod updates may not change fields other than ' +
        '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
        '`spec.tolerations` (only additions to existing tolerations),' +
        '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n' +
        '+ spec.containers[0].command: ["x"]',
    ]);
  });

  it.each([
    [
      'more containers',
      { containers: [...old.spec.containers, { name: 'd', image: 'a' }] },
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'a later deadline',
      { activeDeadlineSeconds: 90 },
      'spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value',
    ],
    [
      'no deadline',
      { activeDeadlineSeconds: null },
      'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
    ],
    [
      'fewer tolerations',
      { tolerations: [] },
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
  ])('may not get %s', (_title, change, message) => {
    expect(update(change)).toContain(message);
  });

  it('may have its grace set to a second where it was negative', () => {
    const negative = { ...old, spec: { ...old.spec, terminationGracePeriodSeconds: -1 } };
    const set = (seconds: number) =>
      submit(pod, { ...old, spec: { ...old.spec, terminationGracePeriodSeconds: seconds } }, { old: negative }).errors;
    expect(set(1)).toBeUndefined();
    expect(set(2)).toHaveLength(1);
  });
});

it('a container that has ended for good stays ended', () => {
  const terminated = { name: 'c', state: { terminated: { exitCode: 0 } } };
  const restarted = { name: 'c', state: { running: {} } };
  const errors = pod.strategy.validateStatusUpdate!(
    { metadata: {}, status: { containerStatuses: [restarted] } },
    { metadata: {}, spec: { restartPolicy: 'Never' }, status: { containerStatuses: [terminated] } },
  );
  expect(errors.map(({ field }) => field)).toEqual(['status.containerStatuses[0].state']);
});

it('a Pod may be nominated for a node until it has one', () => {
  const errors = (spec: object, from: string | undefined, to: string) =>
    pod.strategy.validateStatusUpdate!(
      { metadata: {}, status: { nominatedNodeName: to } },
      { metadata: {}, spec: { containers: [], ...spec }, status: { nominatedNodeName: from } },
    ).map(({ field, message }) => `${field}: ${message}`);
  expect(errors({}, undefined, 'n')).toEqual([]);
  expect(errors({}, 'n', '')).toEqual([]);
  expect(errors({}, undefined, 'N_1')).toEqual([expect.stringContaining('status.nominatedNodeName: Invalid value')]);
  expect(errors({ nodeName: 'n' }, 'n', 'n')).toEqual([]);
  expect(errors({ nodeName: 'n' }, undefined, 'n')).toEqual([
    'status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node',
  ]);
});
