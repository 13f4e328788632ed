import type {
  V1ConfigMapVolumeSource,
  V1DownwardAPIVolumeFile,
  V1DownwardAPIVolumeSource,
  V1KeyToPath,
  V1SecretVolumeSource,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { validateFilePath } from './paths.ts';
import { validateFieldRef, validateResourceFieldRef } from './validate-field-ref.ts';

const maximumMode = 0o777;

/** What of the Pod itself a file may hold. */
const fileFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

export function validateMode(mode: number | undefined, path: string): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= maximumMode)) return [];
  return [invalidValue(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

export function validateSecretVolume(source: Wire<V1SecretVolumeSource>, path: string): FieldError[] {
  const errors = source.secretName ? [] : [required(`${path}.secretName`)];
  return [...errors, ...validateMode(source.defaultMode, `${path}.defaultMode`), ...validateItems(source.items, path)];
}

export function validateConfigMapVolume(source: Wire<V1ConfigMapVolumeSource>, path: string): FieldError[] {
  const errors = source.name ? [] : [required(`${path}.name`)];
  return [...errors, ...validateMode(source.defaultMode, `${path}.defaultMode`), ...validateItems(source.items, path)];
}

/** Which keys become which files; `path` is that of the source. */
export function validateItems(items: readonly Wire<V1KeyToPath>[] | undefined, path: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const at = `${path}.items[${index}]`;
    const errors = item.key ? [] : [required(`${at}.key`)];
    if (!item.path) errors.push(required(`${at}.path`));
    else errors.push(...validateFilePath(item.path, `${at}.path`));
    return [...errors, ...validateMode(item.mode, `${at}.mode`)];
  });
}

export function validateDownwardAPI(source: Wire<V1DownwardAPIVolumeSource>, path: string): FieldError[] {
  return [...validateMode(source.defaultMode, `${path}.defaultMode`), ...validateDownwardItems(source.items, path)];
}

export function validateDownwardItems(
  items: readonly Wire<V1DownwardAPIVolumeFile>[] | undefined,
  path: string,
): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const at = `${path}.items[${index}]`;
    const errors = item.path ? validateFilePath(item.path, `${at}.path`) : [required(`${at}.path`)];
    return [...errors, ...validateContent(item, at), ...validateMode(item.mode, `${at}.mode`)];
  });
}

function validateContent({ fieldRef, resourceFieldRef }: Wire<V1DownwardAPIVolumeFile>, path: string): FieldError[] {
  if (fieldRef) {
    const errors = validateFieldRef(fieldRef, fileFields, `${path}.fieldRef`);
    if (!resourceFieldRef) return errors;
    const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    return [...errors, invalidValue(path, 'resource', detail)];
  }
  if (resourceFieldRef) return validateResourceFieldRef(resourceFieldRef, 'volume', `${path}.resourceFieldRef`);
  return [required(path, 'one of fieldRef and resourceFieldRef is required')];
}
