import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { ResourceQuota } from '../../api/object.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import { isInteger, isStandardForQuotas, validateQuotaResourceName } from '../resources/names.ts';
import { conflictingScopes, isCountedInScope, isScope, scopesWithoutValues } from './scopes.ts';

type Spec = NonNullable<ResourceQuota['spec']>;
type Requirement = NonNullable<NonNullable<Spec['scopeSelector']>['matchExpressions']>[number];

const one = parseQuantity('1').nano;

export function validateResourceQuota({ spec }: ResourceQuota): FieldError[] {
  return [
    ...validateAmounts(spec?.hard, 'spec.hard'),
    ...validateScopes(spec ?? {}, 'spec.scopes'),
    ...validateScopeSelector(spec ?? {}, 'spec.scopeSelector.matchExpressions'),
  ];
}

/** What a quota is about stays: its usage would be another. */
export function validateResourceQuotaUpdate({ spec }: ResourceQuota, { spec: old }: ResourceQuota): FieldError[] {
  const [after, before] = [new Set(spec?.scopes), new Set(old?.scopes)];
  const isSame = after.size === before.size && [...after].every((scope) => before.has(scope));
  return isSame ? [] : [invalidValue('spec.scopes', spec?.scopes ?? null, 'field is immutable')];
}

export function validateResourceQuotaStatus({ status }: ResourceQuota): FieldError[] {
  return [...validateAmounts(status?.hard, 'status.hard'), ...validateAmounts(status?.used, 'status.used')];
}

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, text]) => {
    const field = `${path}[${name}]`;
    const amount = parseQuantity(text);
    const errors = validateQuotaResourceName(name, field);
    if (amount.nano < 0n) {
      errors.push(invalidValue(field, formatQuantity(amount), 'must be greater than or equal to 0'));
    }
    if (isInteger(name) && amount.nano % one !== 0n) {
      errors.push(invalidValue(field, formatQuantity(amount), 'must be an integer'));
    }
    return errors;
  });
}

function validateScopes(spec: Spec, path: string): FieldError[] {
  const scopes = spec.scopes ?? [];
  const errors = scopes.flatMap((scope) => [
    ...(isScope(scope) ? [] : [invalidValue(path, scopes, 'unsupported scope')]),
    ...uncounted(spec, scope).map(() => invalidValue(path, scopes, 'unsupported scope applied to resource')),
  ]);
  return [...errors, ...validateTogether(scopes, spec, path)];
}

function validateScopeSelector(spec: Spec, path: string): FieldError[] {
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const errors = requirements.flatMap((requirement) => [
    ...(isScope(requirement.scopeName)
      ? []
      : [invalidValue(`${path}.scopeName`, requirement.scopeName, 'unsupported scope')]),
    ...uncounted(spec, requirement.scopeName).map(() =>
      invalidValue(path, spec.scopeSelector, 'unsupported scope applied to resource'),
    ),
    ...validateOperator(requirement, path),
  ]);
  const scopes = requirements.map(({ scopeName }) => scopeName);
  return [...errors, ...validateTogether(scopes, spec, path)];
}

function validateOperator({ scopeName, operator, values = [] }: Requirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (scopesWithoutValues.has(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalidValue(`${path}.operator`, operator, detail));
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return errors;
      return [
        ...errors,
        required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
      ];
    case 'Exists':
    case 'DoesNotExist': {
      if (values.length === 0) return errors;
      const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      return [...errors, invalidValue(`${path}.values`, values, detail)];
    }
    default:
      return [...errors, invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

/** The limits that a quota of this scope cannot have. */
function uncounted({ hard }: Spec, scope: string): string[] {
  return Object.keys(hard ?? {}).filter((name) => isStandardForQuotas(name) && !isCountedInScope(name, scope));
}

function validateTogether(scopes: readonly string[], spec: Spec, path: string): FieldError[] {
  return conflictingScopes
    .filter((pair) => pair.every((scope) => scopes.includes(scope)))
    .map(() => invalidValue(path, spec.scopes ?? null, 'conflicting scopes'));
}
