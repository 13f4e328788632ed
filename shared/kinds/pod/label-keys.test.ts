import { expect, test } from 'vitest';
import type { Pod } from '../../api/object.ts';
import pod from '../pod.ts';
import { submit } from '../testing/submit.ts';

const selected = (labelSelector: object, keys: object): unknown => {
  const term = { topologyKey: 'zone', labelSelector, ...keys };
  const spec = {
    containers: [{ name: 'c', image: 'i' }],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  };
  const { object } = submit(pod, { metadata: { name: 'p', labels: { app: 'web', version: '2' } }, spec });
  const anti = (object as Pod).spec?.affinity?.podAntiAffinity;
  return anti?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector;
};

test('keys of labels become requirements on the values that the Pod has', () => {
  expect(selected({ matchLabels: { app: 'web' } }, { matchLabelKeys: ['version', 'absent'] })).toEqual({
    matchLabels: { app: 'web' },
    matchExpressions: [{ key: 'version', operator: 'In', values: ['2'] }],
  });
  expect(selected({}, { mismatchLabelKeys: ['version'] })).toEqual({
    matchExpressions: [{ key: 'version', operator: 'NotIn', values: ['2'] }],
  });
});

test('spread constraints too', () => {
  const constraint = {
    ...{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['version'] },
    labelSelector: { matchLabels: { app: 'web' } },
  };
  const spec = { containers: [{ name: 'c', image: 'i' }], topologySpreadConstraints: [constraint] };
  const { object } = submit(pod, { metadata: { name: 'p', labels: { app: 'web', version: '2' } }, spec });
  const [stored] = (object as Pod).spec?.topologySpreadConstraints ?? [];
  expect(stored?.labelSelector?.matchExpressions).toEqual([{ key: 'version', operator: 'In', values: ['2'] }]);
});
