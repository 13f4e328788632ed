import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { hasReason } from '../../../../shared/api/errors.ts';
import type { PolicyRule } from '../../../../shared/api/object.ts';
import type { UserInfo } from '../../registry/registry.ts';
import type { RequestAttributes } from '../authorize.ts';
import type { Rbac } from './rbac.ts';

type Subject = `${'User' | 'Group' | 'ServiceAccount'} ${string}`;

/** A cluster whose roles and bindings can be set. */
export interface RbacHarness {
  rbac: Rbac;
  role(name: string, rules: readonly PolicyRule[], namespace?: string): void;
  /** `role` is `Role/NAME` or `ClusterRole/NAME`; without a namespace over the whole cluster. */
  bind(name: string, role: string, subjects: readonly Subject[], namespace?: string): void;
  removeRole(name: string, namespace?: string): void;
  unbind(name: string, namespace?: string): void;
}

const jane: UserInfo = { name: 'jane', groups: ['devs', 'system:authenticated'] };
const account: UserInfo = { name: 'system:serviceaccount:ci:builder', groups: ['system:serviceaccounts'] };

const rule = (verbs: string, resources: string, more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs: verbs.split(','),
  apiGroups: [''],
  resources: resources.split(','),
  ...more,
});

/** `get pods/log n/name`: a verb, a resource with its group and subresource, a namespace and a name. */
function ask(text: string): RequestAttributes {
  const [verb = '', what = '', where = ''] = text.split(' ');
  if (what.startsWith('/')) return { verb, path: what };
  const [resourceAndGroup = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = resourceAndGroup.split('.');
  const [namespace = '', name = ''] = where.split('/');
  return { verb, group: group.join('.'), resource, subresource, namespace, name };
}

export function rbacContract(open: () => RbacHarness): void {
  let harness: RbacHarness;
  beforeEach(() => {
    harness = open();
  });
  const allowed = (text: string, user = jane) => harness.rbac.authorize(user, ask(text)).allowed;

  describe.each<[name: string, rule: PolicyRule, yes: readonly string[], no: readonly string[]]>([
    [
      'a verb on a resource',
      rule('get,list', 'pods'),
      ['get pods n/a', 'list pods n', 'list pods'],
      ['watch pods n', 'get secrets n/a'],
    ],
    [
      'a group',
      rule('get', 'deployments', { apiGroups: ['apps'] }),
      ['get deployments.apps n/a'],
      ['get deployments n/a', 'get deployments.extensions n/a'],
    ],
    ['every group', rule('get', 'x', { apiGroups: ['*'] }), ['get x n/a', 'get x.example.com n/a'], ['get y n/a']],
    ['every verb', rule('*', 'pods'), ['get pods n/a', 'deletecollection pods n', 'use pods n/a'], ['get nodes']],
    ['every resource', rule('get', '*'), ['get pods n/a', 'get pods/log n/a'], ['list pods n', 'get /version']],
    ['a subresource alone', rule('get', 'pods/log'), ['get pods/log n/a'], ['get pods n/a', 'get pods/exec n/a']],
    ['no subresource', rule('get', 'pods'), ['get pods n/a'], ['get pods/log n/a', 'get pods/status n/a']],
    [
      'a subresource of everything',
      rule('get', '*/scale', { apiGroups: ['*'] }),
      ['get replicationcontrollers/scale n/a', 'get deployments.apps/scale n/a'],
      ['get replicationcontrollers n/a', 'get pods/autoscale n/a'],
    ],
    [
      'names',
      rule('get,list', 'secrets', { resourceNames: ['a', 'b'] }),
      ['get secrets n/a', 'get secrets n/b'],
      ['get secrets n/c', 'list secrets n'],
    ],
    [
      'a path',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      ['get /healthz'],
      ['post /healthz', 'get /healthz/ping', 'get healthz n/a'],
    ],
    [
      'paths below',
      { verbs: ['get'], nonResourceURLs: ['/apis/*', '/logs*'] },
      ['get /apis/', 'get /apis/apps', 'get /logs', 'get /logsx'],
      ['get /apis', 'get /api'],
    ],
    ['every path', { verbs: ['*'], nonResourceURLs: ['*'] }, ['put /anything'], ['get pods n/a']],
  ])('a rule for %s', (_name, given, yes, no) => {
    beforeEach(() => {
      harness.role('r', [given]);
      harness.bind('b', 'ClusterRole/r', ['User jane']);
    });
    it.each(yes.map((text) => [text]))('allows %s', (text) => expect(allowed(text)).toBe(true));
    it.each(no.map((text) => [text]))('does not allow %s', (text) => expect(allowed(text)).toBe(false));
  });

  describe('a binding', () => {
    beforeEach(() => harness.role('r', [rule('get', 'pods')]));

    it.each<[Subject, UserInfo, boolean]>([
      ['User jane', jane, true],
      ['User joe', jane, false],
      ['Group devs', jane, true],
      ['Group ops', jane, false],
      ['User devs', jane, false],
      ['ServiceAccount ci/builder', account, true],
      ['ServiceAccount other/builder', account, false],
      ['User system:serviceaccount:ci:builder', account, true],
    ])('to %s', (subject, user, expected) => {
      harness.bind('b', 'ClusterRole/r', [subject]);
      expect(allowed('get pods n/a', user)).toBe(expected);
    });

    it('in a namespace holds there and nowhere else', () => {
      harness.bind('b', 'ClusterRole/r', ['User jane'], 'n');
      expect([allowed('get pods n/a'), allowed('get pods m/a'), allowed('get pods')]).toEqual([true, false, false]);
    });

    it('in a namespace means its own Role, and its own ServiceAccounts unless it names others', () => {
      harness.role('r', [rule('list', 'pods')], 'ci');
      harness.bind('b', 'Role/r', ['ServiceAccount builder'], 'ci');
      expect([allowed('list pods ci', account), allowed('get pods ci/a', account)]).toEqual([true, false]);
    });

    it('is named by what it allows', () => {
      harness.bind('b', 'ClusterRole/r', ['Group devs']);
      expect(harness.rbac.authorize(jane, ask('get pods n/a')).reason).toBe(
        'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to Group "devs"',
      );
      harness.unbind('b');
      harness.bind('b', 'ClusterRole/r', ['ServiceAccount builder'], 'ci');
      expect(harness.rbac.authorize(account, ask('get pods ci/a')).reason).toBe(
        'RBAC: allowed by RoleBinding "b/ci" of ClusterRole "r" to ServiceAccount "builder/ci"',
      );
    });

    it('to a role that is not there grants nothing, and the refusal says so', () => {
      harness.bind('b', 'ClusterRole/gone', ['User jane']);
      harness.bind('c', 'Role/gone', ['User jane'], 'n');
      expect(harness.rbac.authorize(jane, ask('get pods n/a'))).toEqual({
        allowed: false,
        reason:
          'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
      });
    });
  });

  describe('changes hold at once', () => {
    it('of roles', () => {
      harness.bind('b', 'ClusterRole/r', ['User jane']);
      expect(allowed('get pods n/a')).toBe(false);
      harness.role('r', [rule('get', 'pods')]);
      expect(allowed('get pods n/a')).toBe(true);
      harness.role('r', [rule('get', 'nodes')]);
      expect(allowed('get pods n/a')).toBe(false);
      harness.removeRole('r');
      expect(allowed('get nodes /a')).toBe(false);
    });

    it.each([['n'], [undefined]])('of bindings in %s', (namespace) => {
      harness.role('r', [rule('get', 'pods')]);
      expect(allowed('get pods n/a')).toBe(false);
      harness.bind('b', 'ClusterRole/r', ['User jane'], namespace);
      harness.bind('c', 'ClusterRole/r', ['User jane', 'Group devs'], namespace);
      harness.bind('b', 'ClusterRole/r', ['User joe'], namespace);
      expect(allowed('get pods n/a')).toBe(true);
      harness.unbind('c', namespace);
      expect(allowed('get pods n/a')).toBe(false);
      expect(allowed('get pods n/a', { name: 'joe', groups: [] })).toBe(true);
    });
  });

  it('tells all rules of a user', () => {
    harness.role('r', [rule('get', 'pods')]);
    harness.role('local', [rule('list', 'pods')], 'n');
    harness.bind('b', 'ClusterRole/r', ['User jane']);
    harness.bind('c', 'Role/local', ['Group devs'], 'n');
    harness.bind('d', 'Role/gone', ['User jane'], 'n');
    expect(harness.rbac.rulesFor(jane, 'n')).toEqual({
      rules: [rule('get', 'pods'), rule('list', 'pods')],
      errors: ['role.rbac.authorization.k8s.io "gone" not found'],
    });
    expect(harness.rbac.rulesFor(jane, 'm').rules).toEqual([rule('get', 'pods')]);
  });

  it('tells the rules of a role', () => {
    harness.role('r', [rule('get', 'pods')], 'n');
    expect(harness.rbac.rulesOfRole({ kind: 'Role', name: 'r' }, 'n')).toEqual([rule('get', 'pods')]);
    try {
      harness.rbac.rulesOfRole({ kind: 'ClusterRole', name: 'r' }, 'n');
      expect.unreachable();
    } catch (error) {
      expect(hasReason(error, 'NotFound')).toBe(true);
    }
  });

  it('never loses a permission by another rule or binding', () => {
    const words = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
    const anyRule = fc.record({
      verbs: words('get', 'list', '*'),
      apiGroups: words('', 'apps', '*'),
      resources: words('pods', 'pods/log', '*/log', 'nodes', '*'),
      resourceNames: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    });
    const questions = fc.record({
      verb: fc.constantFrom('get', 'list', 'watch'),
      group: fc.constantFrom('', 'apps'),
      resource: fc.constantFrom('pods', 'nodes', 'secrets'),
      subresource: fc.constantFrom('', 'log'),
      namespace: fc.constantFrom('', 'n'),
      name: fc.constantFrom('', 'a', 'c'),
    });
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 4 }),
        anyRule,
        fc.boolean(),
        fc.array(questions),
        (before, more, own, asked) => {
          harness = open();
          harness.role('r', before);
          harness.bind('b', 'ClusterRole/r', ['User jane']);
          const earlier = asked.map((attributes) => harness.rbac.authorize(jane, attributes).allowed);
          if (own) harness.role('r', [...before, more]);
          else {
            harness.role('s', [more], 'n');
            harness.bind('c', 'Role/s', ['Group devs'], 'n');
          }
          const later = asked.map((attributes) => harness.rbac.authorize(jane, attributes).allowed);
          return earlier.every((was, index) => !was || later[index]);
        },
      ),
      { numRuns: 60 },
    );
  });
}
