import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerV1 } from '../../api/object.ts';
import { carriedBy, withCarried, withoutCarried } from './v1-annotations.ts';
import type { Metric } from './validate-metrics.ts';

/**
 * Between `autoscaling/v2` and `autoscaling/v1`, whose only metric is how busy the processor is. The rest travels in
 * annotations.
 */

type Status = NonNullable<HorizontalPodAutoscaler['status']>;
type Measured = NonNullable<Status['currentMetrics']>[number];

export function toV1({ metadata, spec, status, ...rest }: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metrics = [], behavior, ...common } = spec ?? ({} as Partial<NonNullable<typeof spec>>);
  const { currentMetrics, conditions, ...counts } = status ?? ({} as Partial<Status>);
  const target = metrics.find(isProcessorTarget)?.resource?.target.averageUtilization;
  const current = currentMetrics?.findLast(isProcessorUsage)?.resource?.current.averageUtilization;
  const others = metrics.filter((metric) => !isProcessorTarget(metric));
  return {
    ...rest,
    metadata: withCarried(metadata, { metrics: others, behavior, currentMetrics, conditions }),
    spec: { ...common, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      currentReplicas: 0,
      desiredReplicas: 0,
      ...counts,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  } as HorizontalPodAutoscalerV1;
}

/** Without any metric the default of the stored form applies, which is the processor at 80 %. */
export function fromV1({ metadata, spec, status, ...rest }: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: target, ...common } = spec ?? ({} as Partial<NonNullable<typeof spec>>);
  const { currentCPUUtilizationPercentage: current, currentReplicas, ...counts } = status ?? ({} as Partial<Status1>);
  const carried = carriedBy(metadata);
  const metrics = [...(carried.metrics ?? []), ...(target === undefined ? [] : [processorTarget(target)])];
  const currentMetrics = carried.currentMetrics ?? (current === undefined ? [] : [processorUsage(current)]);
  return {
    ...rest,
    metadata: withoutCarried(metadata),
    spec: {
      ...common,
      ...(metrics.length > 0 ? { metrics } : {}),
      ...(carried.behavior ? { behavior: carried.behavior } : {}),
    },
    status: {
      ...counts,
      ...(currentReplicas ? { currentReplicas } : {}),
      ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
      ...(carried.conditions ? { conditions: carried.conditions } : {}),
    },
  } as HorizontalPodAutoscaler;
}

type Status1 = NonNullable<HorizontalPodAutoscalerV1['status']>;

function isProcessorTarget({ type, resource }: Metric): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined;
}

function isProcessorUsage({ type, resource }: Measured): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.current?.averageUtilization !== undefined;
}

function processorTarget(averageUtilization: number): Metric {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function processorUsage(averageUtilization: number): Measured {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } };
}
