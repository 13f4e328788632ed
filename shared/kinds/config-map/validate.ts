import type { FieldError } from '../../api/errors.ts';
import { invalidValue, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import type { ConfigMap } from '../../api/object.ts';
import { decodedLength, maximumDataBytes, validateDataKeys, validateKeptImmutable } from '../key-value-data.ts';

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors = validateDataKeys(data, 'data');
  for (const key of Object.keys(data)) {
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
  }
  errors.push(...validateDataKeys(binaryData, 'binaryData'));
  let size = 0;
  for (const text of Object.values(data)) size += byteLength(text);
  for (const base64 of Object.values(binaryData)) size += decodedLength(base64);
  // The limit is on the whole object; `[]` is how Kubernetes writes the empty path.
  if (size > maximumDataBytes) errors.push(tooLong('[]', maximumDataBytes));
  return errors;
}

export function validateConfigMapUpdate(configMap: ConfigMap, old: ConfigMap): FieldError[] {
  return validateKeptImmutable(configMap, old, ['data', 'binaryData']);
}
