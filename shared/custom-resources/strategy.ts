import { type FieldError, forbidden } from '../api/errors.ts';
import { invalidValue } from '../api/field-errors.ts';
import type { KubernetesObject } from '../api/object.ts';
import { checkQualifiedName } from '../api/validation.ts';
import type { CustomResourceSubresources } from '../kinds/custom-resource-definition/types.ts';
import type { Strategy } from '../kinds/define-kind.ts';
import { validateEmbedded } from '../schema/structural/embedded.ts';
import { validateListTypes } from '../schema/structural/list-types.ts';
import type { CompiledSchema } from './compiled.ts';
import { validateScaleSpec, validateScaleStatus } from './scale.ts';

export interface CustomStrategyOptions {
  group: string;
  plural: string;
  subresources: CustomResourceSubresources;
  isTerminating: boolean;
  compiled(): CompiledSchema;
}

/** Everything about custom resources of one version that is not in their model. */
export function customStrategy(options: CustomStrategyOptions): Strategy<KubernetesObject> {
  const { group, plural, subresources, isTerminating, compiled } = options;
  const { scale, status } = subresources;
  return {
    prepareForCreate(object) {
      if (isTerminating) {
        const subject = { group, resource: plural, ...(object.metadata.name ? { name: object.metadata.name } : {}) };
        throw forbidden(subject, 'create not allowed while custom resource definition is terminating');
      }
      if (status) delete object.status;
    },
    validate(object, old) {
      const { schema, validator } = compiled();
      const errors = validator.validate(object, old ? { old: { value: old } } : {});
      if (scale) errors.push(...validateScaleSpec(scale, object), ...validateScaleStatus(scale, object));
      errors.push(...validateEmbedded(schema, object), ...validateLists(compiled(), object, old));
      return [...errors, ...validateByRules(compiled(), object, { old, errors })];
    },
    validateStatusUpdate(object, old) {
      const { statusValidator } = compiled();
      const errors: FieldError[] = [];
      if (statusValidator && object.status !== undefined) {
        errors.push(...statusValidator.validate(object.status, { old: { value: old.status }, path: 'status' }));
      }
      if (scale) errors.push(...validateScaleStatus(scale, object));
      errors.push(...validateLists(compiled(), object, old));
      return [...errors, ...validateByRules(compiled(), object, { old, errors })];
    },
    warnings: finalizerWarnings,
  };
}

/** Errors of values that no rule can be asked about. */
const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

function validateByRules(
  { rules }: CompiledSchema,
  object: KubernetesObject,
  { old, errors }: { old?: KubernetesObject | undefined; errors: readonly FieldError[] },
): FieldError[] {
  if (!rules) return [];
  if (!errors.some(({ reason }) => blocking.has(reason))) return rules.validate(object, old ? { old } : {});
  const why =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [invalidValue('<nil>', null, why)];
}

/** Lists that were wrong before may stay so. */
function validateLists({ schema }: CompiledSchema, object: KubernetesObject, old?: KubernetesObject): FieldError[] {
  const errors = validateListTypes(schema, object);
  return errors.length > 0 && old && validateListTypes(schema, old).length > 0 ? [] : errors;
}

const standardFinalizers: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** Names of finalizers that others may have thought of too. */
function finalizerWarnings({ metadata }: KubernetesObject, old?: KubernetesObject): string[] {
  const before = old?.metadata.finalizers ?? [];
  const added = (metadata.finalizers ?? []).filter((name) => !before.includes(name));
  return [...new Set(added)].sort().flatMap((name) => {
    const text = `metadata.finalizers: ${JSON.stringify(name)}: `;
    const warnings = checkQualifiedName(name).map((problem) => text + problem);
    if (name.includes('/') || standardFinalizers.includes(name)) return warnings;
    const path = name.includes('.') ? ' including a path (/)' : '';
    const advice = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    return [...warnings, text + advice];
  });
}
