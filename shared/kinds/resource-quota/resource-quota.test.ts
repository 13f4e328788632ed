import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import resourceQuota from '../resource-quota.ts';
import { cells, refusals } from '../testing/submit.ts';

const named = (spec: object) => ({ metadata: { name: 'q' }, spec });

describe('ResourceQuota', () => {
  it('refuses amounts that cannot be', () => {
    const hard = {
      pods: '1.5',
      widgets: '1',
      storage: '1',
      'count/widgets.example.com': '-1',
      'requests.a.com/gpu': '1',
    };
    expect(refusals(resourceQuota, named({ hard }))).toEqual([
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      'spec.hard[count/widgets.example.com]: Invalid value: "-1": must be greater than or equal to 0',
    ]);
  });

  it('refuses scopes that contradict each other, or that do not go with what is limited', () => {
    const scopes = ['BestEffort', 'NotBestEffort', 'Mine'];
    expect(refusals(resourceQuota, named({ hard: { pods: '1' }, scopes }))).toEqual([
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Mine"]: unsupported scope',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Mine"]: conflicting scopes',
    ]);
    expect(refusals(resourceQuota, named({ hard: { cpu: '1' }, scopes: ['BestEffort'] }))).toEqual([
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    ]);
  });

  it('refuses selectors that select nothing', () => {
    const selector = (...matchExpressions: object[]) => named({ hard: {}, scopeSelector: { matchExpressions } });
    const path = 'spec.scopeSelector.matchExpressions';
    expect(
      refusals(
        resourceQuota,
        selector(
          { scopeName: 'BestEffort', operator: 'In', values: ['a'] },
          { scopeName: 'PriorityClass', operator: 'In' },
          { scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] },
          { scopeName: 'PriorityClass', operator: 'Like' },
        ),
      ),
    ).toEqual([
      expect.stringMatching(`${path}.operator: Invalid value: "In": must be 'Exists' when scope is any of `),
      `${path}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
      `${path}.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
      `${path}.operator: Invalid value: "Like": not a valid selector operator`,
    ]);
  });

  it('keeps its scopes', () => {
    const old = named({ hard: { pods: '1' }, scopes: ['BestEffort'] });
    expect(refusals(resourceQuota, named({ hard: { pods: '2' } }), { old })).toEqual([
      'spec.scopes: Invalid value: null: field is immutable',
    ]);
    expect(refusals(resourceQuota, named({ hard: { pods: '2' }, scopes: ['BestEffort'] }), { old })).toEqual([]);
  });

  it('shows requests and limits apart, and warns of limits below requests', () => {
    const status = { hard: { pods: '4', 'limits.cpu': '2', 'requests.cpu': '1' }, used: { pods: '1' } };
    expect(cells(resourceQuota, { metadata: { name: 'q' }, status })).toMatchObject({
      Request: 'pods: 1/4, requests.cpu: 0/1',
      Limit: 'limits.cpu: 0/2',
    });
    const quota = named({ hard: { cpu: '4', 'limits.cpu': '2' } }) as unknown as KubernetesObject;
    expect(resourceQuota.strategy.warnings!(quota)).toEqual([
      'ResourceQuota cpu (4) should be less than limits.cpu (2)',
    ]);
  });
});
