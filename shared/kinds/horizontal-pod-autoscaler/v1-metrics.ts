import type { V2CrossVersionObjectReference, V2MetricStatus } from '@kubernetes/client-node';
import type { Wire } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { TypeMismatch, toQuantity } from '../../schema/convert.ts';
import type { Metric } from './validate-metrics.ts';

/**
 * Metrics in the words of `autoscaling/v1`, which knows them only as JSON in annotations. What is read from there has
 * been written by anyone: it is renamed here, and checked by whoever decodes the result.
 */

type Fields = Readonly<Record<string, unknown>>;
type Reference = Wire<V2CrossVersionObjectReference> | undefined;

const none = '0';

/** In the order of fields that clients know. */
export function metricToV1({ type, object, pods, resource, containerResource, external }: Metric): object {
  return {
    type,
    object: object && {
      target: referenceToV1(object.describedObject),
      metricName: object.metric?.name ?? '',
      targetValue: object.target?.value ?? none,
      selector: object.metric?.selector,
      averageValue: object.target?.averageValue,
    },
    pods: pods && {
      metricName: pods.metric?.name ?? '',
      targetAverageValue: pods.target?.averageValue ?? none,
      selector: pods.metric?.selector,
    },
    resource: resource && { name: resource.name, ...usageTarget(resource.target) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...usageTarget(containerResource.target),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric?.name ?? '',
      metricSelector: external.metric?.selector,
      targetValue: external.target?.value,
      targetAverageValue: external.target?.averageValue,
    },
  };
}

export function metricFromV1(metric: unknown): object {
  const { type, object, pods, resource, containerResource, external } = fieldsOf(metric);
  return {
    type,
    object: converted(object, objectTarget),
    pods: converted(pods, ({ metricName, targetAverageValue, selector }) => ({
      metric: { name: metricName, selector },
      target: { type: 'AverageValue', averageValue: targetAverageValue ?? none },
    })),
    resource: converted(resource, resourceTarget),
    containerResource: converted(containerResource, (fields) => ({
      ...resourceTarget(fields),
      container: fields.container,
    })),
    external: converted(external, ({ metricName, metricSelector, targetValue, targetAverageValue }) => ({
      metric: { name: metricName, selector: metricSelector },
      target: {
        type: isAbsent(targetValue) ? 'AverageValue' : 'Value',
        value: targetValue,
        averageValue: targetAverageValue,
      },
    })),
  };
}

export function measuredToV1(status: Wire<V2MetricStatus>): object {
  const { type, object, pods, resource, containerResource, external } = status;
  return {
    type,
    object: object && {
      target: referenceToV1(object.describedObject),
      metricName: object.metric?.name ?? '',
      currentValue: object.current?.value ?? none,
      selector: object.metric?.selector,
      averageValue: object.current?.averageValue,
    },
    pods: pods && {
      metricName: pods.metric?.name ?? '',
      currentAverageValue: pods.current?.averageValue ?? none,
      selector: pods.metric?.selector,
    },
    resource: resource && { name: resource.name, ...usageNow(resource.current) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...usageNow(containerResource.current),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric?.name ?? '',
      metricSelector: external.metric?.selector,
      currentValue: external.current?.value ?? none,
      currentAverageValue: external.current?.averageValue,
    },
  };
}

export function measuredFromV1(status: unknown): object {
  const { type, object, pods, resource, containerResource, external } = fieldsOf(status);
  return {
    type,
    object: converted(object, ({ target, metricName, currentValue, selector, averageValue }) => ({
      describedObject: target,
      metric: { name: metricName, selector },
      current: { value: currentValue ?? none, averageValue },
    })),
    pods: converted(pods, ({ metricName, currentAverageValue, selector }) => ({
      metric: { name: metricName, selector },
      current: { averageValue: currentAverageValue ?? none },
    })),
    resource: converted(resource, resourceNow),
    containerResource: converted(containerResource, (fields) => ({
      ...resourceNow(fields),
      container: fields.container,
    })),
    external: converted(external, ({ metricName, metricSelector, currentValue, currentAverageValue }) => ({
      metric: { name: metricName, selector: metricSelector },
      current: { value: currentValue ?? none, averageValue: currentAverageValue },
    })),
  };
}

/** A list as JSON text would have it. Throws TypeMismatch. */
export function listOf(value: unknown): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw new TypeMismatch('a list is expected');
  return value;
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeMismatch('an object is expected');
  }
  return value as Fields;
}

function converted(value: unknown, convert: (fields: Fields) => object): object | undefined {
  return isAbsent(value) ? undefined : convert(fieldsOf(value));
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function referenceToV1(reference: Reference): object {
  return { kind: reference?.kind ?? '', name: reference?.name ?? '', apiVersion: reference?.apiVersion };
}

function usageTarget(target: { averageUtilization?: number; averageValue?: string } | undefined): object {
  return { targetAverageUtilization: target?.averageUtilization, targetAverageValue: target?.averageValue };
}

function usageNow(current: { averageUtilization?: number; averageValue?: string } | undefined): object {
  return {
    currentAverageUtilization: current?.averageUtilization,
    currentAverageValue: current?.averageValue ?? none,
  };
}

function resourceTarget({ name, targetAverageUtilization, targetAverageValue }: Fields): object {
  const target = { averageValue: targetAverageValue, averageUtilization: targetAverageUtilization };
  return { name, target: { type: isAbsent(targetAverageUtilization) ? 'AverageValue' : 'Utilization', ...target } };
}

function resourceNow({ name, currentAverageUtilization, currentAverageValue }: Fields): object {
  const current = { averageValue: currentAverageValue ?? none, averageUtilization: currentAverageUtilization };
  return { name, current };
}

/** `targetValue` is always there in this form: beside an average, 0 is as good as none. */
function objectTarget({ target, metricName, targetValue, selector, averageValue }: Fields): object {
  const value = toQuantity(targetValue ?? none);
  const isAverage = !isAbsent(averageValue);
  const hasValue = !isAverage || parseQuantity(value).nano !== 0n;
  return {
    describedObject: target,
    metric: { name: metricName, selector },
    target: { type: isAverage ? 'AverageValue' : 'Value', ...(hasValue ? { value } : {}), averageValue },
  };
}
