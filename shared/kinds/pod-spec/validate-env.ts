import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { Container } from '../../api/object.ts';
import { checkConfigMapKey, checkDNS1123Subdomain, checkEnvVarName } from '../../api/validation.ts';
import { validateFieldRef, validateResourceFieldRef } from './validate-field-ref.ts';

type EnvVar = NonNullable<Container['env']>[number];
type ValueFrom = NonNullable<EnvVar['valueFrom']>;
type EnvFrom = NonNullable<Container['envFrom']>[number];

/** What of the Pod itself a variable may hold. */
const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export function validateEnv(env: readonly EnvVar[], path: string): FieldError[] {
  return env.flatMap((variable, index) => {
    const at = `${path}[${index}]`;
    const errors = variable.name
      ? invalidValues(`${at}.name`, variable.name, checkEnvVarName(variable.name))
      : [required(`${at}.name`)];
    return [...errors, ...validateValueFrom(variable, `${at}.valueFrom`)];
  });
}

function validateValueFrom({ value, valueFrom }: EnvVar, path: string): FieldError[] {
  if (!valueFrom) return [];
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, envFields, `${path}.fieldRef`));
  if (resourceFieldRef) errors.push(...validateResourceFieldRef(resourceFieldRef, 'env', `${path}.resourceFieldRef`));
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, `${path}.secretKeyRef`));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  const detail = sourcesDetail(sources, Boolean(value));
  return detail ? [...errors, invalidValue(path, '', detail)] : errors;
}

function sourcesDetail(sources: number, hasValue: boolean): string | undefined {
  if (sources === 0) return 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
  if (hasValue) return 'may not be specified when `value` is not empty';
  return sources > 1 ? 'may not have more than one field specified at a time' : undefined;
}

function validateKeyRef({ name, key }: NonNullable<ValueFrom['configMapKeyRef']>, path: string): FieldError[] {
  const errors = name ? [] : [required(`${path}.name`)];
  return [...errors, ...(key ? invalidValues(`${path}.key`, key, checkConfigMapKey(key)) : [required(`${path}.key`)])];
}

export function validateEnvFrom(sources: readonly EnvFrom[], path: string): FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    const errors = prefix ? invalidValues(`${at}.prefix`, prefix, checkEnvVarName(prefix)) : [];
    if (configMapRef) errors.push(...validateName(configMapRef.name, `${at}.configMapRef.name`));
    if (secretRef) errors.push(...validateName(secretRef.name, `${at}.secretRef.name`));
    if (!configMapRef && !secretRef) {
      errors.push(invalidValue(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalidValue(at, '', 'may not have more than one field specified at a time'));
    }
    return errors;
  });
}

function validateName(name: string | undefined, path: string): FieldError[] {
  return name ? invalidValues(path, name, checkDNS1123Subdomain(name)) : [required(path)];
}
