import type { FieldError } from '../api/errors.ts';
import { invalidValue } from '../api/field-errors.ts';
import { goPrint } from '../api/go-format.ts';
import { isJsonObject } from '../api/json.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { CustomResourceScale } from '../kinds/custom-resource-definition/types.ts';
import type { ScaleSpec } from '../kinds/define-kind.ts';
import { fieldNames, valueAt } from './field-values.ts';

const maximumReplicas = 2 ** 31 - 1;

export function scaleSpecOf(scale: CustomResourceScale): ScaleSpec {
  const selector = scale.labelSelectorPath ? fieldNames(scale.labelSelectorPath) : undefined;
  return {
    specReplicas: scale.specReplicasPath.replace(/^\./, ''),
    statusReplicas: scale.statusReplicasPath.replace(/^\./, ''),
    selector(object) {
      const value = selector && valueAt(object, selector);
      return typeof value === 'string' ? value : '';
    },
  };
}

/** Whether what the scale subresource shows has the right form in an object. */
export function validateScaleSpec(scale: CustomResourceScale, object: KubernetesObject): FieldError[] {
  return validateReplicas(scale.specReplicasPath, object);
}

export function validateScaleStatus(scale: CustomResourceScale, object: KubernetesObject): FieldError[] {
  const errors = validateReplicas(scale.statusReplicasPath, object);
  const { labelSelectorPath: path } = scale;
  const found = path ? walk(path, object) : undefined;
  if (!path || !found) return errors;
  if ('problem' in found) return [...errors, invalidValue(path, '', found.problem)];
  if (typeof found.value === 'string') return errors;
  return [...errors, invalidValue(path, '', accessor(path, found.value, 'string'))];
}

function validateReplicas(path: string, object: KubernetesObject): FieldError[] {
  const found = walk(path, object);
  if (!found) return [];
  if ('problem' in found) return [invalidValue(path, 0, found.problem)];
  const { value } = found;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return [invalidValue(path, 0, accessor(path, value, 'int64'))];
  }
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  if (value <= maximumReplicas) return [];
  return [invalidValue(path, value, `should be less than or equal to ${maximumReplicas}`)];
}

/** Undefined: nothing is there. */
function walk(path: string, object: unknown): { value: unknown } | { problem: string } | undefined {
  let value = object;
  for (const [depth, name] of fieldNames(path).entries()) {
    if (!isJsonObject(value)) {
      const parent = `.${fieldNames(path).slice(0, depth).join('.')}`;
      return value === null ? undefined : { problem: accessor(parent, value, 'map[string]interface {}') };
    }
    if (!Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return { value };
}

function accessor(path: string, value: unknown, wanted: string): string {
  return `${path} accessor error: ${goPrint(value)} is of the type ${goTypeOf(value)}, expected ${wanted}`;
}

function goTypeOf(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
