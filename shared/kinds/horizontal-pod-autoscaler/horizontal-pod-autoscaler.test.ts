import { expect, it, test } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import autoscaler from '../horizontal-pod-autoscaler.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const named = (spec: object = {}) => ({ metadata: { name: 'x' }, spec: { maxReplicas: 5, scaleTargetRef, ...spec } });

it('looks at the processor by default, and completes its rules', () => {
  const { object } = submit(autoscaler, named({ behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } }));
  expect(object?.spec).toMatchObject({
    minReplicas: 1,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [{ type: 'Pods', value: 4 }, { type: 'Percent' }],
      },
      scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100 }] },
    },
  });
  expect(cells(autoscaler, object as KubernetesObject)).toMatchObject({
    ...{ Reference: 'Deployment/web', Targets: 'cpu: <unknown>/80%', MinPods: '1', MaxPods: 5, Replicas: 0 },
  });
});

it.each<[string, object, string[]]>([
  [
    'impossible numbers',
    { minReplicas: 0, maxReplicas: -1 },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'a target without a group',
    { scaleTargetRef: { kind: 'Deployment', name: '' } },
    [
      'spec.scaleTargetRef.name: Required value',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    'a metric that is none',
    { metrics: [{ type: 'Resource', pods: { metric: { name: 'a' }, target: { type: 'Value', value: '0' } } }] },
    [
      'spec.metrics[0].pods.target.value: Invalid value: "0": must be positive',
      'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.metrics[0].resource: Required value: must populate information for the given metric source',
    ],
  ],
  [
    'rules without sense',
    { behavior: { scaleUp: { policies: [{ type: 'All', value: 0, periodSeconds: 1801 }], selectPolicy: 'Best' } } },
    [
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Best": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "All": supported values: "Percent", "Pods"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  ],
])('refuses %s', (_title, spec, expected) => {
  expect(refusals(autoscaler, named(spec))).toEqual(expected);
});

test('a target that was taken before may stay', () => {
  const old = named({ scaleTargetRef: { kind: 'Deployment', name: 'web' } });
  expect(refusals(autoscaler, named({ ...old.spec, maxReplicas: 6 }), { old })).toEqual([]);
});
