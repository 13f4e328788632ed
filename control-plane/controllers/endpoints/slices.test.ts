import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../shared/api/object.ts';
import { planSlices, type SliceEndpoint, type SliceGroup } from './slices.ts';

const endpoint = (ip: string, ready = true): SliceEndpoint => ({ addresses: [ip], conditions: { ready } });
const ports = [{ name: '', port: 80, protocol: 'TCP' }];
const group = (...endpoints: SliceEndpoint[]): SliceGroup => ({ addressType: 'IPv4', ports, endpoints });
const slice = (name: string, ...endpoints: SliceEndpoint[]) =>
  ({ metadata: { name }, addressType: 'IPv4', ports, endpoints }) as EndpointSlice;
const empty: SliceGroup = { addressType: 'IPv4', ports: [], endpoints: [] };

/** A plan by names and addresses. */
function told({ create, update, remove }: ReturnType<typeof planSlices>) {
  const ips = (endpoints: readonly SliceEndpoint[]) => endpoints.flatMap(({ addresses }) => addresses);
  return {
    create: create.map(({ endpoints }) => ips(endpoints)),
    update: update.map((one) => [one.slice.metadata.name, ...ips(one.endpoints)]),
    remove: remove.map(({ metadata }) => metadata.name),
  };
}

describe('a plan for slices', () => {
  test.each<[string, SliceGroup[], EndpointSlice[], object]>([
    [
      'makes what is missing',
      [group(endpoint('1'), endpoint('2'), endpoint('3'))],
      [],
      { create: [['1', '2'], ['3']] },
    ],
    ['does nothing when all is there', [group(endpoint('1'))], [slice('a', endpoint('1'))], {}],
    [
      'leaves endpoints where they are',
      [group(endpoint('3'), endpoint('1'), endpoint('2'))],
      [slice('a', endpoint('1'), endpoint('2')), slice('b', endpoint('3'))],
      {},
    ],
    [
      'brings new ones where something changes anyway',
      [group(endpoint('1'), endpoint('2', false), endpoint('3'))],
      [slice('a', endpoint('1')), slice('b', endpoint('2'))],
      { update: [['b', '2', '3']] },
    ],
    [
      'fills the fullest slice that has room',
      [group(endpoint('1'), endpoint('2'), endpoint('3'))],
      [slice('a', endpoint('1'), endpoint('2')), slice('b')],
      { update: [['b', '3']] },
    ],
    [
      'removes a slice that has become empty',
      [group(endpoint('1'))],
      [slice('a', endpoint('1')), slice('b', endpoint('2'))],
      { remove: ['b'] },
    ],
    ['says that there is nothing', [empty], [], { create: [[]] }],
    ['makes the last slice say that there is nothing', [empty], [slice('a', endpoint('1'))], { update: [['a']] }],
    ['removes what no group is about', [], [slice('a', endpoint('1'))], { remove: ['a'] }],
  ])('%s', (_title, groups, existing, expected) => {
    expect(told(planSlices(groups, existing, 2))).toEqual({ create: [], update: [], remove: [], ...expected });
  });
});
