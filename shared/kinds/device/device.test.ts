import { describe, expect, test } from 'vitest';
import deviceClass from '../device-class.ts';
import deviceTaintRule from '../device-taint-rule.ts';
import resourceClaim from '../resource-claim.ts';
import resourceClaimTemplate from '../resource-claim-template.ts';
import resourceSlice from '../resource-slice.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const named = (spec: object, fields: object = {}) => ({ metadata: { name: 'x' }, spec, ...fields });
const exactly = { deviceClassName: 'gpu' };

describe('ResourceClaim', () => {
  const claim = (devices: object) => named({ devices });
  const request = (fields: object) => claim({ requests: [{ name: 'r', ...fields }] });
  const at = 'spec.devices.requests[0]';

  test('asks for one device unless it says otherwise', () => {
    expect(submit(resourceClaim, request({ exactly })).object).toMatchObject({
      spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } },
      status: {},
    });
  });

  test.each<[string, object, string[]]>([
    ['nothing', request({}), [`${at}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`]],
    ['no class', request({ exactly: {} }), [`${at}.exactly.deviceClassName: Required value`]],
    [
      'a count of all',
      request({ exactly: { ...exactly, allocationMode: 'All', count: 2 } }),
      [`${at}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`],
    ],
    [
      'the same request twice',
      claim({
        requests: [
          { name: 'r', exactly },
          { name: 'r', exactly },
        ],
      }),
      ['spec.devices.requests[1]: Duplicate value: "r"'],
    ],
    [
      'parameters for a request that is not there',
      claim({
        requests: [{ name: 'r', exactly }],
        config: [{ requests: ['s'], opaque: { driver: 'd.example', parameters: { a: 1 } } }],
      }),
      [
        `spec.devices.config[0].requests[0]: Invalid value: "s": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
      ],
    ],
    [
      'a constraint about nothing',
      claim({ requests: [{ name: 'r', exactly }], constraints: [{ matchAttribute: 'numa' }] }),
      [
        'spec.devices.constraints[0].matchAttribute: Invalid value: "numa": a fully qualified name must be a domain and a name separated by a slash',
      ],
    ],
  ])('refuses %s', (_title, object, expected) => {
    expect(refusals(resourceClaim, object)).toEqual(expected);
  });

  test('keeps what it asks for', () => {
    const [next, old] = [request({ exactly: { deviceClassName: 'tpu' } }), request({ exactly })];
    expect(refusals(resourceClaim, next, { old })[0]).toMatch(/^spec: Invalid value: .*: field is immutable$/);
    expect(
      refusals(resourceClaimTemplate, named({ spec: next.spec }), { old: named({ spec: old.spec }) }),
    ).toHaveLength(1);
  });

  test('is reserved only once it is allocated, and allocated once', () => {
    const check = resourceClaim.strategy.validateStatusUpdate!;
    const result = (device: string) => ({ request: 'r', driver: 'd.example', pool: 'n', device });
    const withStatus = (status: object) => ({ ...request({ exactly }), status });
    const allocation = (device: string) => ({ allocation: { devices: { results: [result(device)] } } });
    const reservedFor = [{ resource: 'pods', name: 'p', uid: '1' }];
    const messages = (next: object, old: object) =>
      check(withStatus(next), withStatus(old)).map(({ message }) => message);
    expect(messages({ reservedFor }, {})).toEqual(['Forbidden: may not be specified when `allocated` is not set']);
    expect(messages({ reservedFor, ...allocation('a') }, {})).toEqual([]);
    expect(messages(allocation('b'), allocation('a'))[0]).toMatch(/field is immutable$/);
  });

  test('shows how far it is', () => {
    const state = (status: object) => cells(resourceClaim, { metadata: {}, status }).State;
    expect([state({}), state({ allocation: {} }), state({ allocation: {}, reservedFor: [{}] })]).toEqual([
      'pending',
      'allocated',
      'allocated,reserved',
    ]);
  });
});

describe('ResourceSlice', () => {
  const pool = { name: 'n', generation: 1, resourceSliceCount: 1 };
  const slice = (fields: object) => named({ driver: 'd.example', pool, nodeName: 'n', ...fields });

  test.each<[string, object, string[]]>([
    [
      'no place',
      { nodeName: undefined },
      [
        'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
      ],
    ],
    [
      'two places',
      { allNodes: true },
      [
        'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
      ],
    ],
    [
      'an attribute without a value',
      { devices: [{ name: 'a', attributes: { model: {} } }] },
      ['spec.devices[0].attributes[model]: Invalid value: "": exactly one value must be specified'],
    ],
    ['the same device twice', { devices: [{ name: 'a' }, { name: 'a' }] }, ['spec.devices[1]: Duplicate value: "a"']],
  ])('refuses %s', (_title, fields, expected) => {
    expect(refusals(resourceSlice, slice(fields))).toEqual(expected);
  });

  test('stays with its driver, pool and node, and notes when a taint came', () => {
    expect(refusals(resourceSlice, slice({ driver: 'e.example' }), { old: slice({}) })).toEqual([
      'spec.driver: Invalid value: "e.example": field is immutable',
    ]);
    const devices = [{ name: 'a', taints: [{ key: 'k', effect: 'NoSchedule' }] }];
    expect(submit(resourceSlice, slice({ devices })).object?.spec).toMatchObject({
      devices: [{ taints: [{ timeAdded: '2026-01-01T00:00:00Z' }] }],
    });
  });
});

test('a DeviceClass names a resource of its own', () => {
  expect(refusals(deviceClass, named({ extendedResourceName: 'cpu' }))).toEqual([
    'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
  ]);
  expect(refusals(deviceClass, named({ extendedResourceName: 'example.com/gpu' }))).toEqual([]);
  const selecting = (expression: string) => refusals(deviceClass, named({ selectors: [{ cel: { expression } }] }));
  expect(selecting('device.attributes["gpu.example.com"].model == "a"')).toEqual([]);
  const at = 'spec.selectors[0].cel.expression';
  expect(selecting('1')).toEqual([`${at}: Invalid value: "1": must evaluate to bool or the unknown type, not int`]);
  expect(selecting('device.x')).toEqual([
    `${at}: Invalid value: "device.x": compilation failed: ERROR: <input>:1:7: undefined field 'x'\n | device.x\n | ......^`,
  ]);
  const loops =
    'device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.capacity.all(d, a + b + c == d))))';
  expect(selecting(loops)).toEqual([`${at}: Forbidden: too complex, exceeds cost limit`]);
  expect(selecting(`${'true && '.repeat(1300)}true`)).toEqual([`${at}: Too long: may not be more than 10240 bytes`]);
  expect(refusals(deviceClass, named({ selectors: [{}] }))).toEqual(['spec.selectors[0].cel: Required value']);
});

test('a DeviceTaintRule says what its taint does', () => {
  expect(refusals(deviceTaintRule, named({ taint: { key: 'k', effect: 'Explode' } }))).toEqual([
    'spec.taint.effect: Unsupported value: "Explode": supported values: "NoExecute", "NoSchedule", "None"',
  ]);
  expect(submit(deviceTaintRule, named({ taint: { key: 'k', effect: 'None' } })).object?.spec).toEqual({
    taint: { key: 'k', effect: 'None', timeAdded: '2026-01-01T00:00:00Z' },
  });
});
