import { describe, expect, it } from 'vitest';
import pod from '../pod.ts';
import { submit } from '../testing/submit.ts';

function findings(spec: object): string[] {
  const metadata = { name: 'p', labels: { app: 'web', version: '2' } };
  const { errors } = submit(pod, { metadata, spec: { containers: [{ name: 'c', image: 'x' }], ...spec } });
  return (errors ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('a spread constraint is refused for', () => {
  const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
  const selector = { labelSelector: { matchLabels: { app: 'web' } } };
  it.each<[string, object, string[]]>([
    ['nothing at all', { minDomains: 2, nodeTaintsPolicy: 'Honor', nodeAffinityPolicy: 'Ignore' }, []],
    ['no key', { topologyKey: '' }, ['topologyKey: Required value: can not be empty']],
    ['no domains', { minDomains: 0 }, ['minDomains: Invalid value: 0: must be greater than zero']],
    [
      'domains of a mere wish',
      { whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 },
      ['minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway'],
    ],
    [
      'an unknown policy',
      { nodeTaintsPolicy: 'Maybe' },
      ['nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"'],
    ],
    ['keys of labels', { ...selector, matchLabelKeys: ['version'] }, []],
    [
      'keys of labels without a selector',
      { matchLabelKeys: ['version'] },
      ['matchLabelKeys: Forbidden: must not be specified when labelSelector is not set'],
    ],
    [
      'a key that the selector has as well',
      { ...selector, matchLabelKeys: ['app'] },
      ['[0]: Invalid value: "app": exists in both matchLabelKeys and labelSelector'],
    ],
  ])('%s', (_title, change, expected) => {
    const prefix = 'spec.topologySpreadConstraints[0]';
    const told = findings({ topologySpreadConstraints: [{ ...constraint, ...change }] });
    expect(told.map((text) => text.replace(prefix, '').replace(/^\./, ''))).toEqual(expected);
  });
});

it('a term of affinity has a key either way, not both', () => {
  const term = { topologyKey: 'zone', labelSelector: {}, matchLabelKeys: ['version'], mismatchLabelKeys: ['version'] };
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const path = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
  expect(findings({ affinity })).toEqual([
    // The requirement that the second one became is a repetition of the first.
    `${path}[0]: Invalid value: "version": exists in both matchLabelKeys and labelSelector`,
    `${path}.matchLabelKeys[0]: Invalid value: "version": exists in both matchLabelKeys and mismatchLabelKeys`,
  ]);
});
