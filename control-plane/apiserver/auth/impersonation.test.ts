import { describe, expect, it } from 'vitest';
import type { UserInfo } from '../registry/registry.ts';
import { type Authorizer, adminGroup, authenticatedGroup, type RequestAttributes } from './authorize.ts';
import { impersonate } from './impersonation.ts';
import { type Impersonation, readImpersonation } from './impersonation-headers.ts';

const read = (headers: [string, string][]) => readImpersonation(new Headers(headers));

describe('what headers ask for', () => {
  it('is nobody else without them', () => expect(read([['accept', 'a']])).toBeUndefined());

  it('is a user with groups, a uid and extra attributes', () => {
    expect(
      read([
        ['Impersonate-User', 'jane'],
        ['Impersonate-Uid', '42'],
        ['Impersonate-Group', 'devs'],
        ['Impersonate-Group', 'cn=ops,dc=example'],
        ['Impersonate-Extra-Example.com%2fScope', 'a'],
        ['Impersonate-Extra-Example.com%2fScope', 'b'],
        ['Impersonate-Extra-100%', 'c'],
      ]),
    ).toEqual({
      name: 'jane',
      uid: '42',
      groups: ['devs', 'cn=ops,dc=example'],
      extra: { 'example.com/scope': ['a', 'b'], '100%': ['c'] },
    });
  });

  it('is nothing without a user', () => {
    expect(() => read([['impersonate-group', 'devs']])).toThrow(
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"devs"}, Extra:map[string][]string(nil)} without impersonating a user name',
    );
    expect(() => read([['impersonate-extra-a', 'b']])).toThrow('Extra:map[string][]string{"a":[]string{"b"}}}');
  });
});

const proxy: UserInfo = { name: 'proxy', groups: ['system:authenticated'] };
const listPods = { verb: 'list', group: '', resource: 'pods', subresource: '', namespace: 'n', name: '' };

/** Allows `VERB RESOURCE[/NAME]`. */
function allowing(...rights: string[]): Authorizer {
  const shown = (asked: RequestAttributes) =>
    'path' in asked
      ? `${asked.verb} ${asked.path}`
      : `${asked.verb} ${asked.resource}${asked.subresource ? `/${asked.subresource}` : ''}`;
  return {
    authorize: (user, asked) => ({
      allowed:
        user === proxy &&
        rights.some(
          (right) => right === shown(asked) || ('name' in asked && right === `${shown(asked)}/${asked.name}`),
        ),
    }),
  };
}

const as = (name: string, more: Partial<Impersonation> = {}): Impersonation => ({
  name,
  groups: [],
  extra: {},
  ...more,
});
const become = (authorizer: Authorizer, wanted: Impersonation, requestor = proxy) =>
  impersonate({ authorizer, requestor, wanted, attributes: listPods });

describe('who may impersonate', () => {
  it('a user, becomes that user and no member of other groups', () => {
    expect(become(allowing('impersonate users/jane'), as('jane'))).toEqual({
      user: { name: 'jane', groups: [authenticatedGroup] },
    });
  });

  it('is asked for each part', () => {
    const wanted = as('jane', { uid: '42', groups: ['devs', adminGroup], extra: { scope: ['a', 'b'] } });
    const rights = [
      'users/jane',
      'uids/42',
      'groups/devs',
      `groups/${adminGroup}`,
      'userextras/scope/a',
      'userextras/scope/b',
    ];
    const all = rights.map((right) => `impersonate ${right}`);
    expect(become(allowing(...all), wanted).user).toEqual({
      name: 'jane',
      uid: '42',
      groups: ['devs', adminGroup, authenticatedGroup],
      extra: { scope: ['a', 'b'] },
    });
    for (const missing of all) {
      expect(() => become(allowing(...all.filter((right) => right !== missing)), wanted), missing).toThrow('forbidden');
    }
  });

  it('a ServiceAccount, has its groups', () => {
    const wanted = as('system:serviceaccount:ci:builder');
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:ci', authenticatedGroup];
    expect(become(allowing('impersonate serviceaccounts/builder'), wanted).user.groups).toEqual(groups);
    expect(() => become(allowing('impersonate users'), wanted)).toThrow();
  });

  it('nobody, is nobody', () => {
    expect(become(allowing('impersonate users'), as('system:anonymous')).user.groups).toEqual([
      'system:unauthenticated',
    ]);
  });

  it('for some requests only', () => {
    const rights = ['impersonate-on:user-info:list pods', 'impersonate:user-info users/jane'];
    expect(become(allowing(...rights), as('jane'))).toMatchObject({ constraint: 'impersonate:user-info' });
    expect(() => become(allowing(rights[1]!), as('jane'))).toThrow(
      'pods is forbidden: User "proxy" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "n"',
    );
    expect(() => become(allowing(rights[0]!), as('jane'))).toThrow(
      'users.authentication.k8s.io "jane" is forbidden: User "proxy" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
    );
    const groups = 'impersonate:user-info groups';
    expect(() => become(allowing(...rights, groups), as('jane', { groups: [adminGroup] }))).toThrow(
      'impersonating the system:masters group is not allowed',
    );
    const authorizer = allowing(rights[1]!);
    expect(() => impersonate({ authorizer, requestor: proxy, wanted: as('jane') })).toThrow(
      'cannot impersonate resource',
    );
  });

  it('a node, has a node and nothing else', () => {
    const rights = ['impersonate-on:arbitrary-node:list pods', 'impersonate:arbitrary-node nodes/n1'];
    const groups = ['system:nodes', authenticatedGroup];
    expect(become(allowing(...rights), as('system:node:n1')).user.groups).toEqual(groups);
    expect(() => become(allowing(...rights), as('system:node:n2'))).toThrow();
    expect(() => become(allowing(...rights), as('system:node:n1', { groups: ['a'] }))).toThrow();
  });

  it('the node that it runs on, has that one', () => {
    const agent = {
      ...proxy,
      name: 'system:serviceaccount:n:agent',
      extra: { 'authentication.kubernetes.io/node-name': ['n1'] },
    };
    const authorizer: Authorizer = {
      authorize: (_user, asked) => ({ allowed: asked.verb.includes('associated-node') }),
    };
    expect(become(authorizer, as('system:node:n1'), agent)).toMatchObject({
      constraint: 'impersonate:associated-node',
    });
    expect(() => become(authorizer, as('system:node:n2'), agent)).toThrow();
  });
});
