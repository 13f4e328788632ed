import { expect, test } from 'vitest';
import { mergeTolerations } from './tolerations.ts';

const everything = { operator: 'Exists' };
const gpu = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
const briefly = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 };
const longer = { ...briefly, tolerationSeconds: 20 };

test.each([
  ['keep what says something of its own', [gpu], [briefly], [gpu, briefly]],
  ['say the same once', [gpu], [gpu], [gpu]],
  ['leave out what a later one covers', [gpu], [everything], [everything]],
  ['leave out what an earlier one covers', [everything], [gpu], [everything]],
  ['keep the longer of two', [briefly], [longer], [longer]],
])('merged tolerations %s', (_title, first, second, expected) => {
  expect(mergeTolerations(first, second)).toEqual(expected);
});
