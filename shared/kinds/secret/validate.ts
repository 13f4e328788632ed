import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required, tooLong } from '../../api/field-errors.ts';
import { isJsonObject } from '../../api/json.ts';
import type { Secret } from '../../api/object.ts';
import { validateImmutableField } from '../../api/validation.ts';
import { decodedLength, maximumDataBytes, validateDataKeys, validateKeptImmutable } from '../key-value-data.ts';

type Data = Readonly<Record<string, string>>;

export function validateSecret(secret: Secret): FieldError[] {
  const data = secret.data ?? {};
  const errors = validateDataKeys(data, 'data');
  const size = Object.values(data).reduce((sum, value) => sum + decodedLength(value), 0);
  if (size > maximumDataBytes) errors.push(tooLong('data', maximumDataBytes));
  errors.push(...(keyRules[secret.type ?? '']?.(data, secret) ?? []));
  return errors;
}

export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  return [...validateImmutableField(secret.type, old.type, 'type'), ...validateKeptImmutable(secret, old, ['data'])];
}

/** What the well-known types must hold. Other types are the business of whoever made them up. */
const keyRules: Readonly<Record<string, (data: Data, secret: Secret) => FieldError[]>> = {
  'kubernetes.io/service-account-token': (_data, { metadata }) => {
    const annotation = 'kubernetes.io/service-account.name';
    return metadata.annotations?.[annotation] ? [] : [required(`metadata.annotations[${annotation}]`)];
  },
  'kubernetes.io/dockercfg': (data) => requireJson(data, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (data) => requireJson(data, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (data) =>
    Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password') ? [] : requireKeys(data, 'username', 'password'),
  'kubernetes.io/ssh-auth': (data) => (data['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')]),
  'kubernetes.io/tls': (data) => requireKeys(data, 'tls.crt', 'tls.key'),
};

function requireKeys(data: Data, ...keys: string[]): FieldError[] {
  return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
}

function requireJson(data: Data, key: string): FieldError[] {
  const missing = requireKeys(data, key);
  if (missing.length > 0) return missing;
  if (isJsonObject(parseBase64Json(data[key] ?? ''))) return [];
  return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'must be a JSON object')];
}

function parseBase64Json(base64: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))));
  } catch (error) {
    // Not JSON, or not even base64: both mean that there is no object in it.
    if (error instanceof SyntaxError || error instanceof DOMException) return undefined;
    throw error;
  }
}
