import type { V2MetricSpec, V2MetricTarget } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import { checkDNS1123Label, checkPathSegmentName } from '../../api/validation.ts';
import { validateContainerResourceName } from '../resources/names.ts';
import { validateReference } from './validate-reference.ts';

export type Metric = Wire<V2MetricSpec>;
type Target = Wire<V2MetricTarget>;

/** The field that belongs to each type of metric, in the order in which they are looked at. */
const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

export function validateMetric(metric: Metric, path: string): FieldError[] {
  const { type = '' } = metric;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  const present = Object.values(sources).filter((field) => metric[field] !== undefined);
  if (present[0]) errors.push(...validateSource(metric, present[0], `${path}.${present[0]}`));
  const expected = (sources as Readonly<Record<string, (typeof sources)[keyof typeof sources]>>)[type];
  if (!expected) errors.push(notSupported(`${path}.type`, type, types));
  else if (metric[expected] === undefined) {
    errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  if (present.length === 1) return errors;
  const others = present.filter((field) => field !== expected);
  return [
    ...errors,
    ...others.map((field) => forbidden(`${path}.${field}`, 'must populate the given metric source only')),
  ];
}

function validateSource(metric: Metric, field: (typeof sources)[keyof typeof sources], path: string): FieldError[] {
  const { object, external, pods, resource, containerResource } = metric;
  switch (field) {
    case 'object':
      return [
        ...validateReference(object?.describedObject, `${path}.describedObject`, { mayBeCore: true }),
        ...validateName(object?.metric?.name, `${path}.metric`),
        ...validateTarget(object?.target, `${path}.target`),
        ...needsValue(object?.target, `${path}.target`, 'must set either a target value or averageValue'),
      ];
    case 'external':
      return [
        ...validateName(external?.metric?.name, `${path}.metric`),
        ...validateTarget(external?.target, `${path}.target`),
        ...needsValue(
          external?.target,
          `${path}.target`,
          'must set either a target value for metric or a per-pod target',
        ),
        ...(external?.target?.value !== undefined && external.target.averageValue !== undefined
          ? [forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target')]
          : []),
      ];
    case 'pods':
      return [
        ...validateName(pods?.metric?.name, `${path}.metric`),
        ...validateTarget(pods?.target, `${path}.target`),
        ...(pods?.target?.averageValue === undefined
          ? [required(`${path}.target.averageValue`, 'must specify a positive target averageValue')]
          : []),
      ];
    case 'resource':
      return [
        ...(resource?.name ? [] : [required(`${path}.name`, 'must specify a resource name')]),
        ...validateUsage(resource?.target, `${path}.target`),
      ];
    case 'containerResource':
      return [
        ...(containerResource?.name
          ? validateContainerResourceName(containerResource.name, `${path}.name`)
          : [required(`${path}.name`, 'must specify a resource name')]),
        ...validateContainer(containerResource?.container ?? '', `${path}.container`),
        ...validateUsage(containerResource?.target, `${path}.target`),
      ];
  }
}

function needsValue(target: Target | undefined, path: string, detail: string): FieldError[] {
  const isSet = target?.value !== undefined || target?.averageValue !== undefined;
  return isSet ? [] : [required(`${path}.averageValue`, detail)];
}

function validateContainer(name: string, path: string): FieldError[] {
  if (name === '') return [required(path, 'must specify a container')];
  return invalidValues(path, name, checkDNS1123Label(name));
}

/** The use of a resource is aimed at by an amount or by a share of what was requested. */
function validateUsage(target: Target | undefined, path: string): FieldError[] {
  const { averageUtilization, averageValue } = target ?? {};
  const errors = validateTarget(target, path);
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(`${path}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(forbidden(`${path}.averageValue`, detail));
  }
  return errors;
}

function validateTarget(target: Target | undefined, path: string): FieldError[] {
  const { type = '', averageUtilization } = target ?? {};
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue'] as const) {
    const value = target?.[field];
    if (value !== undefined && quantityValue(parseQuantity(value)) <= 0) {
      errors.push(invalidValue(`${path}.${field}`, value, 'must be positive'));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

function validateName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(`${path}.name`, 'must specify a metric name')];
  return invalidValues(`${path}.name`, name, checkPathSegmentName(name));
}
