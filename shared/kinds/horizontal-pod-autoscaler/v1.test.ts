import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerV1 } from '../../api/object.ts';
import { fromV1, toV1 } from './v1.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const base = { scaleTargetRef, minReplicas: 1, maxReplicas: 5 };
const carried = 'autoscaling.alpha.kubernetes.io';

const v2 = (spec: object, status: object = { desiredReplicas: 0 }) =>
  ({ metadata: { name: 'a' }, spec: { ...base, ...spec }, status }) as HorizontalPodAutoscaler;
const v1 = (annotations: Record<string, string>, spec: object = {}) =>
  ({ metadata: { name: 'a', annotations }, spec: { ...base, ...spec } }) as unknown as HorizontalPodAutoscalerV1;
const processor = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const quantity = fc.constantFrom('1', '500m', '2Gi', '10k');
const percent = fc.integer({ min: 1, max: 200 });
const text = fc.stringMatching(/^[a-z<>&"é]{1,8}$/);
const metric = fc.record(
  { name: text, selector: fc.record({ matchLabels: fc.dictionary(text, text, { minKeys: 1 }) }) },
  { requiredKeys: ['name'] },
);
const valueTarget = fc.record({ type: fc.constant('Value'), value: quantity });
const averageTarget = fc.record({ type: fc.constant('AverageValue'), averageValue: quantity });
const utilization = fc.record({ type: fc.constant('Utilization'), averageUtilization: percent });
const usage = fc.oneof(utilization, averageTarget);
const described = fc.constant({ apiVersion: 'v1', kind: 'Service', name: 's' });
const container = text;

const otherMetric = fc.oneof(
  fc.record({
    type: fc.constant('Object'),
    object: fc.record({ describedObject: described, metric, target: fc.oneof(valueTarget, averageTarget) }),
  }),
  fc.record({ type: fc.constant('Pods'), pods: fc.record({ metric, target: averageTarget }) }),
  fc.record({ type: fc.constant('Resource'), resource: fc.record({ name: fc.constant('memory'), target: usage }) }),
  fc.record({
    type: fc.constant('Resource'),
    resource: fc.record({ name: fc.constant('cpu'), target: averageTarget }),
  }),
  fc.record({
    type: fc.constant('ContainerResource'),
    containerResource: fc.record({ name: fc.constant('cpu'), container, target: usage }),
  }),
  fc.record({
    type: fc.constant('External'),
    external: fc.record({ metric, target: fc.oneof(valueTarget, averageTarget) }),
  }),
);
const processorMetric = percent.map(processor);
const metrics = fc
  .tuple(fc.array(otherMetric, { maxLength: 3 }), fc.option(processorMetric))
  .map(([others, last]) => [...others, ...(last ? [last] : [])])
  .filter((list) => list.length > 0);

const policy = fc.record({ type: fc.constantFrom('Pods', 'Percent'), value: percent, periodSeconds: percent });
const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 3600 }),
    selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
    policies: fc.array(policy, { minLength: 1, maxLength: 2 }),
    tolerance: quantity,
  },
  { requiredKeys: [] },
);
const behavior = fc.oneof(
  fc.record({ scaleUp: rules }),
  fc.record({ scaleDown: rules }),
  fc.record({ scaleUp: rules, scaleDown: rules }),
);

const bothValues = fc.record({ value: quantity, averageValue: quantity });
const usageNow = fc.record({ averageUtilization: percent, averageValue: quantity }, { requiredKeys: ['averageValue'] });
const measured = fc.oneof(
  fc.record({
    type: fc.constant('Object'),
    object: fc.record({ describedObject: described, metric, current: bothValues }),
  }),
  fc.record({
    type: fc.constant('Pods'),
    pods: fc.record({ metric, current: fc.record({ averageValue: quantity }) }),
  }),
  fc.record({ type: fc.constant('Resource'), resource: fc.record({ name: fc.constant('cpu'), current: usageNow }) }),
  fc.record({
    type: fc.constant('ContainerResource'),
    containerResource: fc.record({ name: fc.constant('cpu'), container, current: usageNow }),
  }),
  fc.record({ type: fc.constant('External'), external: fc.record({ metric, current: bothValues }) }),
);
const condition = fc.record(
  {
    type: text,
    status: fc.constantFrom('True', 'False', 'Unknown'),
    lastTransitionTime: fc.constant('2026-01-01T00:00:00Z'),
    reason: text,
    message: text,
  },
  { requiredKeys: ['type', 'status', 'lastTransitionTime'] },
);
const status = fc.record(
  {
    desiredReplicas: fc.nat(),
    currentReplicas: percent,
    observedGeneration: percent,
    lastScaleTime: fc.constant('2026-01-01T00:00:00Z'),
    currentMetrics: fc.array(measured, { minLength: 1, maxLength: 3 }),
    conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['desiredReplicas'] },
);
const annotations = fc.dictionary(text, text, { minKeys: 1 });
const autoscaler = fc.record({
  metadata: fc.record({ name: text, annotations }, { requiredKeys: ['name'] }),
  spec: fc.record({ metrics, behavior }, { requiredKeys: ['metrics'] }).map((spec) => ({ ...base, ...spec })),
  status,
});

const sent = (object: object) => JSON.parse(JSON.stringify(object));

describe('an autoscaler in the form of v1', () => {
  it('comes back as it went, with its argument unharmed', () => {
    fc.assert(
      fc.property(autoscaler, (stored) => {
        const before = sent(stored);
        const served = sent(toV1(stored as unknown as HorizontalPodAutoscaler));
        expect(sent(fromV1(served))).toEqual(before);
        expect(sent(toV1(fromV1(served)))).toEqual(served);
        expect(sent(stored)).toEqual(before);
      }),
    );
  });

  it('has one field for the processor, and annotations for what else is looked at', () => {
    const pods = {
      type: 'Pods',
      pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '5' } },
    };
    const rules = { scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Max' } };
    const counts = { desiredReplicas: 2, currentReplicas: 2 };
    const currentMetrics = [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12, averageValue: '100m' } } },
    ];
    const conditions = [{ status: 'True', type: 'AbleToScale', reason: 'Ready' }];
    const served = toV1(
      v2({ metrics: [processor(50), pods], behavior: rules }, { ...counts, currentMetrics, conditions }),
    );
    expect(served).toEqual({
      metadata: {
        name: 'a',
        annotations: {
          [`${carried}/metrics`]: '[{"type":"Pods","pods":{"metricName":"hits","targetAverageValue":"5"}}]',
          [`${carried}/behavior`]:
            '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":"Max","Policies":null,"Tolerance":null}}',
          [`${carried}/current-metrics`]:
            '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":12,"currentAverageValue":"100m"}}]',
          [`${carried}/conditions`]:
            '[{"type":"AbleToScale","status":"True","lastTransitionTime":null,"reason":"Ready"}]',
        },
      },
      spec: { ...base, targetCPUUtilizationPercentage: 50 },
      status: { ...counts, currentCPUUtilizationPercentage: 12 },
    });
  });

  it('reads no metric as none, which leaves it to the default', () => {
    expect(fromV1(v1({})).spec).not.toHaveProperty('metrics');
    expect(fromV1(v1({}, { targetCPUUtilizationPercentage: 60 })).spec?.metrics).toEqual([processor(60)]);
  });

  it.each([
    ['metrics', '[{"type":"Pods","pods":3}]'],
    ['metrics', '{"type":"Pods"}'],
    ['metrics', '[{"type":"Pods","pods":{"targetAverageValue":"many"}}]'],
    ['metrics', '[{"type":"Object","object":{"targetValue":"many"}}]'],
    ['metrics', '[null]'],
    ['metrics', 'no JSON'],
    ['behavior', '{"ScaleUp":"fast"}'],
    ['behavior', '{"ScaleUp":null,"ScaleDown":null}'],
    ['behavior', '7'],
    ['current-metrics', '[1]'],
    ['conditions', '{}'],
    ['conditions', '[{"lastTransitionTime":"soon"}]'],
    ['scale-up-tolerance', '0.1'],
  ])('drops what cannot be read from the annotation %s: %s', (name, value) => {
    const stored = fromV1(v1({ [`${carried}/${name}`]: value, mine: 'kept' }));
    expect(stored.metadata.annotations).toEqual({ mine: 'kept' });
    expect(stored.spec).toEqual(base);
    expect(stored.status).toEqual({});
  });

  it('does not show annotations that look like its own', () => {
    const stored = v2({ metrics: [processor(50)] });
    stored.metadata.annotations = { [`${carried}/metrics`]: '[]' };
    expect(toV1(stored).metadata).toEqual({ name: 'a' });
  });
});
