import { expect, test } from 'vitest';
import endpointSlice from '../endpoint-slice.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const slice = (fields: object = {}) => ({ metadata: { name: 'x' }, addressType: 'IPv4', endpoints: [], ...fields });
const at = (...addresses: string[]) => ({ endpoints: [{ addresses }] });

test('ports have a name, if only an empty one, and a protocol', () => {
  expect(submit(endpointSlice, slice({ ports: [{ port: 80 }] })).object?.ports).toEqual([
    { name: '', port: 80, protocol: 'TCP' },
  ]);
  expect(refusals(endpointSlice, slice({ ports: [{ port: 80 }, { port: 81 }] }))).toEqual([
    'ports[1].name: Duplicate value: ""',
  ]);
});

test.each<[string, object, string[]]>([
  ['no type', { addressType: '' }, ['addressType: Required value']],
  [
    'an unknown type',
    { addressType: 'X' },
    ['addressType: Unsupported value: "X": supported values: "FQDN", "IPv4", "IPv6"'],
  ],
  ['no address', at(), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  [
    'an address of the other family',
    at('2001:db8::1'),
    ['endpoints[0].addresses: Invalid value: "2001:db8::1": must be an IPv4 address'],
  ],
  [
    'the machine itself',
    at('127.0.0.1'),
    ['endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    'a name that is none',
    { addressType: 'FQDN', ...at('localhost') },
    [
      'endpoints[0].addresses[0]: Invalid value: "localhost": should be a domain with at least two segments separated by dots',
    ],
  ],
  [
    'the same hint twice',
    { endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
    ['endpoints[0].hints.forZones[1].name: Duplicate value: "a"'],
  ],
])('refuses %s', (_title, fields, expected) => {
  expect(refusals(endpointSlice, slice(fields))).toEqual(expected);
});

test('the type of its addresses stays', () => {
  expect(refusals(endpointSlice, slice({ addressType: 'IPv6' }), { old: slice() })).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});

test('shows three of each and counts the others', () => {
  const endpoints = ['1', '2', '3', '4'].map((ip) => ({ addresses: [`10.0.0.${ip}`] }));
  expect(cells(endpointSlice, { ...slice({ endpoints, ports: [{ name: 'web' }, {}] }) })).toMatchObject({
    Ports: 'web,*',
    Endpoints: '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
  });
  expect(cells(endpointSlice, slice())).toMatchObject({ Ports: '<unset>', Endpoints: '<unset>' });
});
