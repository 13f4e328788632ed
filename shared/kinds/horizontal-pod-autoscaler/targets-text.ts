import type { V2MetricStatus, V2MetricTarget, V2MetricValueStatus } from '@kubernetes/client-node';
import type { HorizontalPodAutoscaler, Wire } from '../../api/object.ts';
import type { Metric } from './validate-metrics.ts';

type Status = Wire<V2MetricStatus>;
type Value = Wire<V2MetricValueStatus>;

const shown = 2;
const unknown = '<unknown>';

/** What the table shows of the metrics: `cpu: 12%/80%, 3/10 (avg) + 1 more...`. */
export function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.map((metric, index) => metricText(metric, status?.currentMetrics?.[index]));
  const more = texts.length > shown ? ` + ${texts.length - shown} more...` : '';
  return `${texts.slice(0, shown).join(', ')}${more}`;
}

function metricText(metric: Metric, status: Status | undefined): string {
  switch (metric.type) {
    case 'External':
      return amounts(metric.external?.target, status?.external?.current);
    case 'Object':
      return amounts(metric.object?.target, status?.object?.current);
    case 'Pods':
      return `${status?.pods?.current?.averageValue ?? unknown}/${metric.pods?.target?.averageValue}`;
    case 'Resource':
      return `${metric.resource?.name}: ${usage(metric.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource': {
      const { name, target } = metric.containerResource ?? {};
      return `${name}: ${usage(target, status?.containerResource?.current)}`;
    }
    default:
      return '<unknown type>';
  }
}

function amounts(target: Wire<V2MetricTarget> | undefined, current: Value | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  return `${current?.value ?? unknown}/${target?.value}`;
}

function usage(target: Wire<V2MetricTarget> | undefined, current: Value | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue}`;
  const used = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
  return `${used}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}
