import { describe, expect, it } from 'vitest';
import limitRange from '../limit-range.ts';
import { refusals, submit } from '../testing/submit.ts';

const named = (...limits: object[]) => ({ metadata: { name: 'l' }, spec: { limits } });
const limitsOf = (body: object) => (submit(limitRange, body).object!.spec as { limits: object[] }).limits;

describe('LimitRange', () => {
  it('fills in the defaults of containers from what is said', () => {
    const item = { type: 'Container', max: { cpu: '1', memory: '1Gi' }, min: { 'ephemeral-storage': '1Gi' } };
    const requests = { memory: '100Mi' };
    expect(limitsOf(named({ ...item, default: { cpu: '500m' }, defaultRequest: requests }))).toEqual([
      {
        ...item,
        default: { cpu: '500m', memory: '1Gi' },
        defaultRequest: { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '1Gi' },
      },
    ]);
    expect(limitsOf(named({ type: 'Pod', max: { cpu: '1' } }))).toEqual([{ type: 'Pod', max: { cpu: '1' } }]);
  });

  it('needs no name', () => {
    expect(submit(limitRange, { spec: { limits: [] } }).object?.metadata.name).toMatch(/^0{8}-/);
  });

  it('refuses bounds that contradict each other', () => {
    const item = {
      type: 'Container',
      max: { cpu: '100m' },
      min: { cpu: '1' },
      default: { cpu: '2' },
      defaultRequest: { cpu: '3' },
      maxLimitRequestRatio: { cpu: '500m' },
    };
    const at = 'spec.limits[0]';
    expect(refusals(limitRange, named(item))).toEqual([
      `${at}.min[cpu]: Invalid value: "1": min value 1 is greater than max value 100m`,
      `${at}.defaultRequest[cpu]: Invalid value: "3": default request value 3 is greater than max value 100m`,
      `${at}.defaultRequest[cpu]: Invalid value: "3": default request value 3 is greater than default limit value 2`,
      `${at}.default[cpu]: Invalid value: "100m": default value 2 is greater than max value 100m`,
      `${at}.maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1`,
      `${at}.maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is greater than max/min = 0.100000`,
    ]);
  });

  it('refuses types and names that nobody knows, and defaults of Pods', () => {
    expect(
      refusals(
        limitRange,
        named({ type: 'Pod', default: { cpu: '1' } }, { type: 'Pod', max: { storage: '1' } }, { type: 'Mule' }),
      ),
    ).toEqual([
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[1].type: Duplicate value: "Pod"',
      'spec.limits[1].max[storage]: Invalid value: "storage": must be a standard resource for containers',
      'spec.limits[2].type: Invalid value: "Mule": must be a standard limit type or fully qualified',
    ]);
    expect(refusals(limitRange, named({ type: 'PersistentVolumeClaim' }))).toEqual([
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ]);
    const devices = { default: { 'a.com/gpu': '2' }, defaultRequest: { 'a.com/gpu': '1' } };
    expect(refusals(limitRange, named({ type: 'Container', ...devices }))).toEqual([
      'spec.limits[0].defaultRequest[a.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.com/gpu',
    ]);
  });
});
