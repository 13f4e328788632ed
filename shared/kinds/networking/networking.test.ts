import { describe, expect, test } from 'vitest';
import ingress from '../ingress.ts';
import ingressClass from '../ingress-class.ts';
import ipAddress from '../ip-address.ts';
import networkPolicy from '../network-policy.ts';
import serviceCIDR from '../service-cidr.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const named = (spec: object, metadata: object = {}) => ({ metadata: { name: 'x', ...metadata }, spec });

describe('Ingress', () => {
  const service = (name: string, port: object) => ({ service: { name, port } });
  const defaultBackend = service('web', { number: 80 });
  const toPath = (path: object, host = 'foo.example') => ({
    rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: defaultBackend, ...path }] } }],
  });
  const at = 'spec.rules[0].http.paths[0]';

  test('needs somewhere to send requests to', () => {
    expect(refusals(ingress, named({}))).toEqual([
      'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    ]);
    expect(submit(ingress, named(toPath({}))).errors).toBeUndefined();
  });

  test.each<[string, object, string[]]>([
    ['no type', { pathType: undefined }, [`${at}.pathType: Required value: pathType must be specified`]],
    ['a relative path', { path: 'a' }, [`${at}.path: Invalid value: "a": must be an absolute path`]],
    [
      'a path that is read in two ways',
      { path: '/a//..' },
      [
        `${at}.path: Invalid value: "/a//..": must not contain '//'`,
        `${at}.path: Invalid value: "/a//..": cannot end with '/..'`,
      ],
    ],
    [
      'an unknown type',
      { pathType: 'Glob' },
      [`${at}.pathType: Unsupported value: "Glob": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    ],
    ['no backend', { backend: {} }, [`${at}.backend: Invalid value: "": resource or service backend is required`]],
    [
      'two ports',
      { backend: service('web', { name: 'http', number: 80 }) },
      [`${at}.backend: Invalid value: "": cannot set both port name & port number`],
    ],
    ['no port', { backend: service('web', {}) }, [`${at}.backend: Required value: port name or number is required`]],
    [
      'a resource without a name',
      { backend: { resource: { kind: 'Bucket', name: '' } } },
      [`${at}.backend.resource.name: Required value`],
    ],
  ])('refuses a path with %s', (_title, path, expected) => {
    expect(refusals(ingress, named(toPath(path)))).toEqual(expected);
  });

  test('names hosts, not addresses', () => {
    expect(refusals(ingress, named(toPath({}, '10.0.0.1')))).toEqual([
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ]);
    expect(refusals(ingress, named(toPath({}, '*.foo.example')))).toEqual([]);
  });

  test('names its class in one way', () => {
    const annotations = { 'kubernetes.io/ingress.class': 'old' };
    const both = named({ defaultBackend, ingressClassName: 'new' }, { annotations });
    expect(refusals(ingress, both)).toEqual([
      'annotations.kubernetes.io/ingress.class: Invalid value: "old": must match `ingressClassName` when both are specified',
    ]);
    expect(ingress.strategy.warnings?.(named({ defaultBackend }, { annotations }))).toEqual([
      `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
    ]);
  });

  test('shows its hosts and addresses', () => {
    const rules = ['a', 'b', 'c', 'd'].map((host) => ({ host }));
    const status = { loadBalancer: { ingress: [{ ip: '10.0.0.2' }, { hostname: 'lb' }, { ip: '10.0.0.2' }] } };
    expect(cells(ingress, { metadata: {}, spec: { rules, tls: [{}] }, status })).toMatchObject({
      Class: '<none>',
      Hosts: 'a,b,c + 1 more...',
      Address: '10.0.0.2,lb',
      Ports: '80, 443',
    });
    expect(cells(ingress, { metadata: {}, spec: { rules: [{}] } })).toMatchObject({ Hosts: '*', Ports: '80' });
  });
});

describe('IngressClass', () => {
  const controller = 'example.com/controller';

  test('has a controller, for good', () => {
    expect(refusals(ingressClass, named({ controller: 'nginx' }))).toHaveLength(1);
    expect(refusals(ingressClass, named({ controller: 'example.com/other' }), { old: named({ controller }) })).toEqual([
      'spec.controller: Invalid value: "example.com/other": field is immutable',
    ]);
  });

  test.each<[object, string[]]>([
    [{ kind: 'K', name: 'n' }, []],
    [{ kind: 'K', name: 'n', namespace: 'ns' }, ["namespace: Forbidden: `parameters.scope` is set to 'Cluster'"]],
    [
      { kind: 'K', name: 'n', scope: 'Namespace' },
      ["namespace: Required value: `parameters.scope` is set to 'Namespace'"],
    ],
    [{ kind: 'K', name: 'n', scope: 'x' }, ['scope: Unsupported value: "x": supported values: "Cluster", "Namespace"']],
  ])('with parameters %j', (parameters, expected) => {
    const prefixed = expected.map((line) => `spec.parameters.${line}`);
    expect(refusals(ingressClass, named({ controller, parameters }))).toEqual(prefixed);
  });

  test('shows which one is the default, and its parameters', () => {
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    const parameters = { apiGroup: 'example.com', kind: 'Params', name: 'p' };
    expect(cells(ingressClass, named({ controller, parameters }, { annotations }))).toMatchObject({
      Name: 'x (default)',
      Parameters: 'Params.example.com/p',
    });
  });
});

describe('NetworkPolicy', () => {
  const policy = (spec: object) => named({ podSelector: {}, ...spec });
  const from = (...peers: object[]) => ({ ingress: [{ from: peers }] });

  test('is about the directions that it has rules for', () => {
    expect(submit(networkPolicy, policy({})).object?.spec).toMatchObject({ policyTypes: ['Ingress'] });
    const egress = submit(networkPolicy, policy({ egress: [{ ports: [{ port: 80 }] }] })).object?.spec;
    expect(egress).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
    });
  });

  test.each<[string, object, string[]]>([
    ['no peer', from({}), ['spec.ingress[0].from[0]: Required value: must specify a peer']],
    [
      'two sorts of peer in one',
      from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }),
      ['spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer'],
    ],
    [
      'an exception of everything',
      from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '10.1.0.0/16'] } }),
      ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`'],
    ],
    [
      'an end before the beginning',
      { egress: [{ ports: [{ port: 80, endPort: 79 }] }] },
      ['spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`'],
    ],
    [
      'an end without a beginning',
      { egress: [{ ports: [{ endPort: 79 }] }] },
      ['spec.egress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is not specified'],
    ],
    [
      'a direction that is none',
      { policyTypes: ['Sideways'] },
      ['spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"'],
    ],
  ])('refuses %s', (_title, spec, expected) => {
    expect(refusals(networkPolicy, policy(spec))).toEqual(expected);
  });
});

describe('addresses and ranges', () => {
  const parentRef = { resource: 'services', namespace: 'n', name: 's' };

  test('an IPAddress is called what it is', () => {
    const address = (name: string) => ({ metadata: { name }, spec: { parentRef } });
    expect(refusals(ipAddress, address('10.0.0.1'))).toEqual([]);
    expect(refusals(ipAddress, address('2001:DB8::1'))).toEqual([
      'metadata.name: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")',
    ]);
    expect(refusals(ipAddress, { metadata: { name: '10.0.0.1' } })).toEqual(['spec.parentRef: Required value']);
    expect(cells(ipAddress, address('10.0.0.1'))).toMatchObject({ ParentRef: 'services/n/s' });
  });

  test.each<[string[], string[]]>([
    [['10.0.0.0/16', '2001:db8::/64'], []],
    [[], ['spec.cidrs: Required value: at least one CIDR required']],
    [
      ['10.0.0.0/16', '10.1.0.0/16'],
      [
        'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [['10.0.0.1/16'], ['spec.cidrs[0]: Invalid value: "10.0.0.1/16": must not have bits set beyond the prefix length']],
  ])('a ServiceCIDR of %j', (cidrs, expected) => {
    expect(refusals(serviceCIDR, named({ cidrs }))).toEqual(expected);
  });

  test('a ServiceCIDR grows by the other family, and in no other way', () => {
    const old = named({ cidrs: ['10.0.0.0/16'] });
    expect(refusals(serviceCIDR, named({ cidrs: ['10.0.0.0/16', '2001:db8::/64'] }), { old })).toEqual([]);
    expect(refusals(serviceCIDR, named({ cidrs: ['10.1.0.0/16'] }), { old })).toEqual([
      'spec.cidrs[0]: Invalid value: "10.1.0.0/16": field is immutable',
    ]);
  });
});
