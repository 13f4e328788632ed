import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PolicyRule } from '../../../../shared/api/object.ts';
import { compactRules, describeRule, uncovered } from './covers.ts';

const rule = (verbs: string, resources: string, more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs: verbs.split(','),
  apiGroups: [''],
  resources: resources.split(','),
  ...more,
});

it.each<[name: string, owned: PolicyRule[], wanted: PolicyRule[], missing: string[]]>([
  ['the same', [rule('get', 'pods')], [rule('get', 'pods')], []],
  ['parts from several rules', [rule('get', 'pods,services'), rule('list', 'pods')], [rule('get,list', 'pods')], []],
  [
    'a verb more',
    [rule('get', 'pods')],
    [rule('get,list', 'pods')],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'],
  ],
  [
    'all verbs for one',
    [rule('get', 'pods')],
    [rule('*', 'pods')],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  ],
  [
    'everything',
    [rule('*', '*', { apiGroups: ['*'] })],
    [rule('get', 'a/b', { apiGroups: ['x'], resourceNames: ['n'] })],
    [],
  ],
  ['a subresource by its pattern', [rule('get', '*/scale')], [rule('get', 'pods/scale')], []],
  [
    'all subresources by one',
    [rule('get', 'pods/scale')],
    [rule('get', '*/scale')],
    ['{APIGroups:[""], Resources:["*/scale"], Verbs:["get"]}'],
  ],
  ['one name by all', [rule('get', 'pods')], [rule('get', 'pods', { resourceNames: ['a'] })], []],
  [
    'all names by one',
    [rule('get', 'pods', { resourceNames: ['a'] })],
    [rule('get', 'pods')],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'another name',
    [rule('get', 'pods', { resourceNames: ['a'] })],
    [rule('get', 'pods', { resourceNames: ['a', 'b'] })],
    ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
  ],
  [
    'paths',
    [{ verbs: ['get'], nonResourceURLs: ['/apis/*'] }],
    [{ verbs: ['get'], nonResourceURLs: ['/apis/x', '/api'] }],
    ['{NonResourceURLs:["/api"], Verbs:["get"]}'],
  ],
])('what is held covers %s', (_name, owned, wanted, missing) => {
  expect(compactRules(uncovered(owned, wanted)).map(describeRule)).toEqual(missing);
});

it('compacts rules for the same thing into one', () => {
  expect(compactRules(uncovered([], [rule('get,list,watch', 'pods')])).map(describeRule)).toEqual([
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list" "watch"]}',
  ]);
});

it('covers everything that one holds, and with a rule more still does', () => {
  const words = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 });
  const anyRule: fc.Arbitrary<PolicyRule> = fc.record({
    verbs: words('get', 'list', '*'),
    apiGroups: words('', 'apps', '*'),
    resources: words('pods', 'pods/log', '*/log', '*'),
    resourceNames: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.array(anyRule), anyRule, (held, more) => {
      expect(uncovered([more, ...held], held)).toEqual([]);
      expect(uncovered(held, [...held, more]).length).toBeLessThanOrEqual(uncovered([], [more]).length);
    }),
  );
});
