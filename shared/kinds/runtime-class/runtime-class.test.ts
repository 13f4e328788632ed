import { expect, test } from 'vitest';
import runtimeClass from '../runtime-class.ts';
import { refusals } from '../testing/submit.ts';

const aClass = (fields: object) => ({ metadata: { name: 'x' }, handler: 'runc', ...fields });

test.each<[string, object, string[]]>([
  ['none', { handler: '' }, ['handler: Required value']],
  [
    'overhead that is none',
    { overhead: { podFixed: { cpu: '-1' } } },
    ['overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'the same toleration twice',
    {
      scheduling: {
        tolerations: [
          { key: 'a', operator: 'Exists' },
          { key: 'a', operator: 'Exists' },
        ],
      },
    },
    ['scheduling.tolerations[1]: Duplicate value: {"key":"a","operator":"Exists"}'],
  ],
])('a class with %s is refused', (_title, fields, expected) => {
  expect(refusals(runtimeClass, aClass(fields))).toEqual(expected);
});

test('the handler stays, and old labels of nodes are pointed out', () => {
  expect(refusals(runtimeClass, aClass({ handler: 'runsc' }), { old: aClass({}) })).toEqual([
    'handler: Invalid value: "runsc": field is immutable',
  ]);
  const scheduling = { nodeSelector: { 'beta.kubernetes.io/os': 'linux', disk: 'ssd' } };
  expect(runtimeClass.strategy.warnings?.({ metadata: {}, handler: 'x', scheduling })).toEqual([
    'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead',
  ]);
});
