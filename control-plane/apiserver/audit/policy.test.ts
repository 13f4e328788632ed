import { describe, expect, it } from 'vitest';
import type { RequestAttributes } from '../auth/authorize.ts';
import { type AuditRule, evaluatePolicy } from './policy.ts';
import { parseAuditSettings } from './settings.ts';

const jane = { name: 'jane', groups: ['devs'] };
const about = (text: string): RequestAttributes => {
  const [verb = '', resource = '', where = ''] = text.split(' ');
  if (resource.startsWith('/')) return { verb, path: resource };
  const [plural = '', subresource = ''] = resource.split('/');
  const [name = '', group = ''] = plural.split('.');
  const [namespace = '', object = ''] = where.split('/');
  return { verb, group, resource: name, subresource, namespace, name: object };
};
const isMet = (rule: Partial<AuditRule>, request: string) =>
  evaluatePolicy({ rules: [{ level: 'Request', ...rule }] }, jane, about(request)).level === 'Request';

describe('a rule', () => {
  it.each<[Partial<AuditRule>, string, boolean]>([
    [{}, 'get pods n/a', true],
    [{}, 'get /version', true],
    [{ users: ['jane'] }, 'get pods n/a', true],
    [{ users: ['joe'] }, 'get pods n/a', false],
    [{ userGroups: ['ops', 'devs'] }, 'get pods n/a', true],
    [{ userGroups: ['ops'] }, 'get pods n/a', false],
    [{ verbs: ['delete'] }, 'get pods n/a', false],
    [{ namespaces: ['n'] }, 'get pods n/a', true],
    [{ namespaces: ['n'] }, 'get /version', false],
    [{ namespaces: [''] }, 'get nodes /a', true],
    [{ resources: [{}] }, 'get pods n/a', true],
    [{ resources: [{}] }, 'get deployments.apps n/a', false],
    [{ resources: [{ group: '*' }] }, 'get deployments.apps n/a', true],
    [{ resources: [{ resources: ['pods'] }] }, 'get pods n/a', true],
    [{ resources: [{ resources: ['pods'] }] }, 'get pods/log n/a', false],
    [{ resources: [{ resources: ['pods/log'] }] }, 'get pods/log n/a', true],
    [{ resources: [{ resources: ['*/log'] }] }, 'get pods/log n/a', true],
    [{ resources: [{ resources: ['pods/*'] }] }, 'get pods/log n/a', true],
    [{ resources: [{ resources: ['*'] }] }, 'get pods/log n/a', true],
    [{ resources: [{ resources: ['pods'], resourceNames: ['b'] }] }, 'get pods n/a', false],
    [{ nonResourceURLs: ['/ver*'] }, 'get /version', true],
    [{ nonResourceURLs: ['/ver'] }, 'get /version', false],
    [{ nonResourceURLs: ['*'] }, 'get pods n/a', false],
  ])('%j of %s: %s', (rule, request, expected) => expect(isMet(rule, request)).toBe(expected));

  it('decides if it is the first that is met, and without one nothing is recorded', () => {
    const rules: AuditRule[] = [
      { level: 'Metadata', verbs: ['get'], omitStages: ['RequestReceived'] },
      { level: 'Request', verbs: ['get', 'list'], omitManagedFields: false },
    ];
    const policy = { rules, omitStages: ['Panic'] as const, omitManagedFields: true };
    const of = (request: string) => {
      const { omitStages, ...rest } = evaluatePolicy(policy, jane, about(request));
      return { ...rest, omitStages: [...omitStages] };
    };
    expect(of('get pods')).toEqual({
      level: 'Metadata',
      omitStages: ['Panic', 'RequestReceived'],
      omitManagedFields: true,
    });
    expect(of('list pods')).toEqual({ level: 'Request', omitStages: ['Panic'], omitManagedFields: false });
    expect(of('watch pods').level).toBe('None');
  });
});

describe('settings', () => {
  const policy = (rules: object[]) => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', metadata: {}, rules });

  it('are a policy, and where to', () => {
    expect(parseAuditSettings(undefined)).toBeUndefined();
    const rules = [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] }];
    const webhook = { url: 'https://logs.example.com/audit', token: 'secret' };
    expect(parseAuditSettings(JSON.stringify({ policy: policy(rules), webhook }))).toMatchObject({
      policy: { rules },
      webhook,
    });
  });

  it.each([
    [{}, 'audit.policy'],
    [{ policy: policy([{ level: 'Everything' }]) }, 'audit.policy.rules.0.level'],
    [{ policy: policy([{ level: 'None', omitStages: ['Never'] }]) }, 'audit.policy.rules.0.omitStages.0'],
    [{ policy: policy([{ level: 'None', nonResourceURLs: ['a'] }]) }, 'audit.policy.rules.0.nonResourceURLs.0'],
    [{ policy: policy([{ level: 'None', nonResourceURLs: ['/a*b'] }]) }, 'audit.policy.rules.0.nonResourceURLs.0'],
    [
      { policy: policy([{ level: 'None', nonResourceURLs: ['/a'], namespaces: ['n'] }]) },
      'rules cannot apply to both regular resources and non-resource URLs',
    ],
    [
      { policy: policy([{ level: 'None', resources: [{ resourceNames: ['a'] }] }]) },
      'using resourceNames requires at least one resource',
    ],
    [{ policy: policy([{ level: 'None', resources: [{ group: 'apps/v1' }] }]) }, 'group'],
    [{ policy: policy([{ level: 'None' }]), webhook: { url: 'example.com' } }, 'audit.webhook.url'],
  ])('refuse %j', (value, message) => expect(() => parseAuditSettings(JSON.stringify(value))).toThrow(message));
});
