import type { V1Device, V1DeviceAttribute, V1DeviceTaint, V1ResourcePool } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { ResourceSlice, Wire } from '../../api/object.ts';
import {
  checkDNS1123Label,
  checkDNS1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
  validateImmutableField,
} from '../../api/validation.ts';
import { validateDriverName } from '../persistent-volume/sources.ts';
import { validateNodeSelector } from '../pod-spec/validate-affinity.ts';
import { validateItems, validatePoolName, validateQualifiedName } from './names.ts';
import { taintEffects } from './validate-claim.ts';

const maximumDevices = 128;
/** Where a device can say more of itself. */
const maximumRichDevices = 64;
const maximumAttributes = 32;
const maximumTaints = 16;
const maximumCounterSets = 8;

type Spec = NonNullable<ResourceSlice['spec']>;

export function validateResourceSlice({ spec = {} as Spec }: ResourceSlice): FieldError[] {
  const { driver, pool, devices, sharedCounters } = spec;
  const errors = [
    ...validateDriverName(driver, 'spec.driver'),
    ...validatePool(pool, 'spec.pool'),
    ...validatePlace(spec, 'spec'),
  ];
  if (sharedCounters && devices) {
    errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const isRich = (devices ?? []).some(
    ({ taints = [], consumesCounters = [] }) => taints.length + consumesCounters.length > 0,
  );
  return [
    ...errors,
    ...validateItems(devices, 'spec.devices', isRich ? maximumRichDevices : maximumDevices, {
      item: validateDevice,
      key: ({ name }) => name,
    }),
    ...validateItems(sharedCounters, 'spec.sharedCounters', maximumCounterSets, {
      item: ({ name, counters }, path) => [
        ...(name ? invalidValues(`${path}.name`, name, checkDNS1123Label(name)) : [required(`${path}.name`)]),
        ...(Object.keys(counters ?? {}).length > 0 ? [] : [required(`${path}.counters`)]),
      ],
      key: ({ name }) => name,
    }),
  ];
}

function validatePool(pool: V1ResourcePool | undefined, path: string): FieldError[] {
  const { name, resourceSliceCount = 0, generation = 0 } = pool ?? ({} as Partial<V1ResourcePool>);
  const errors = validatePoolName(name, `${path}.name`);
  if (resourceSliceCount <= 0) {
    errors.push(invalidValue(`${path}.resourceSliceCount`, resourceSliceCount, 'must be greater than zero'));
  }
  if (generation >= 0) return errors;
  return [...errors, invalidValue(`${path}.generation`, generation, 'must be greater than or equal to zero')];
}

/** The nodes that can use the devices, said in one of four ways. */
function validatePlace(spec: Spec, path: string): FieldError[] {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const errors: FieldError[] = [];
  if (nodeName === '') {
    errors.push(invalidValue(`${path}.nodeName`, nodeName, 'must be either unset or set to a non-empty string'));
  } else if (nodeName) errors.push(...invalidValues(`${path}.nodeName`, nodeName, checkDNS1123Subdomain(nodeName)));
  if (nodeSelector) {
    const at = `${path}.nodeSelector`;
    errors.push(...validateNodeSelector(nodeSelector, at));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      errors.push(invalidValue(`${at}.nodeSelectorTerms`, terms, 'must have exactly one node selector term'));
    }
  }
  for (const [field, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value === false) errors.push(invalidValue(`${path}.${field}`, value, 'must be either unset or set to true'));
  }
  const ways = Object.entries({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection });
  const given = ways.filter(([, value]) => value).map(([field]) => `\`${field}\``);
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (given.length === 0) errors.push(required(path, one));
  if (given.length < 2) return errors;
  return [...errors, invalidValue(path, `{${given.join(', ')}}`, `${one}, but multiple fields are set`)];
}

function validateDevice(device: Wire<V1Device>, path: string): FieldError[] {
  const { name = '', attributes = {}, capacity = {}, taints } = device;
  const errors = invalidValues(`${path}.name`, name, checkDNS1123Label(name));
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > maximumAttributes) {
    const detail = `the total number of attributes and capacities must not exceed ${maximumAttributes}`;
    errors.push(invalidValue(path, count, detail));
  }
  for (const [key, attribute] of Object.entries(attributes)) {
    const at = `${path}.attributes[${key}]`;
    errors.push(...validateQualifiedName(key, at), ...validateAttribute(attribute, at));
  }
  for (const key of Object.keys(capacity)) errors.push(...validateQualifiedName(key, `${path}.capacity[${key}]`));
  return [...errors, ...validateItems(taints, `${path}.taints`, maximumTaints, { item: validateDeviceTaint })];
}

function validateAttribute(attribute: V1DeviceAttribute, path: string): FieldError[] {
  const given = Object.values(attribute).filter((value) => value !== undefined && value !== null);
  if (given.length === 1) return [];
  return [invalidValue(path, given.length === 0 ? '' : attribute, 'exactly one value must be specified')];
}

/** Keeps from a device whoever does not tolerate it. */
export function validateDeviceTaint({ key = '', value, effect }: Wire<V1DeviceTaint>, path: string): FieldError[] {
  return [
    ...invalidValues(`${path}.key`, key, checkQualifiedName(key)),
    ...(value ? invalidValues(`${path}.value`, value, checkLabelValue(value)) : []),
    ...(effect
      ? taintEffects.includes(effect)
        ? []
        : [notSupported(`${path}.effect`, effect, taintEffects)]
      : [required(`${path}.effect`)]),
  ];
}

export function validateResourceSliceUpdate({ spec: next }: ResourceSlice, { spec: old }: ResourceSlice): FieldError[] {
  return [
    ...validateImmutableField(next?.pool?.name, old?.pool?.name, 'spec.pool.name'),
    ...validateImmutableField(next?.driver, old?.driver, 'spec.driver'),
    ...validateImmutableField(next?.nodeName, old?.nodeName, 'spec.nodeName'),
  ];
}
