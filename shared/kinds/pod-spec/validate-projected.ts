import type {
  V1ProjectedVolumeSource,
  V1ServiceAccountTokenProjection,
  V1VolumeProjection,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { validateFilePath } from './paths.ts';
import { validateDownwardItems, validateItems, validateMode } from './volume-files.ts';

type Projection = Wire<V1VolumeProjection>;

const minimumTokenSeconds = 600;
const maximumTokenSeconds = 2 ** 32;

/** Several sources in one directory. */
export function validateProjected(source: Wire<V1ProjectedVolumeSource>, path: string): FieldError[] {
  const paths = new Set<string>();
  return [
    ...validateMode(source.defaultMode, `${path}.defaultMode`),
    ...(source.sources ?? []).flatMap((projection, index) => [
      ...validateProjection(projection, `${path}.sources[${index}]`),
      ...conflicts(projection, paths, `${path}.sources[${index}]`),
    ]),
  ];
}

function validateProjection(projection: Projection, path: string): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  const errors: FieldError[] = [];
  if (secret) {
    if (!secret.name) errors.push(required(`${path}.secret.name`));
    errors.push(...validateItems(secret.items, `${path}.secret`));
  }
  if (configMap) {
    if (!configMap.name) errors.push(required(`${path}.configMap.name`));
    errors.push(...validateItems(configMap.items, `${path}.configMap`));
  }
  if (downwardAPI) errors.push(...validateDownwardItems(downwardAPI.items, `${path}.downwardAPI`));
  if (serviceAccountToken) errors.push(...validateToken(serviceAccountToken, `${path}.serviceAccountToken`));
  const kinds = Object.values(projection).filter((value) => value !== undefined && value !== null).length;
  if (kinds > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
  return errors;
}

function validateToken(token: Wire<V1ServiceAccountTokenProjection>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seconds = token.expirationSeconds ?? minimumTokenSeconds;
  const at = `${path}.expirationSeconds`;
  if (seconds < minimumTokenSeconds) {
    errors.push(invalidValue(at, seconds, 'may not specify a duration less than 10 minutes'));
  }
  if (seconds > maximumTokenSeconds) {
    errors.push(invalidValue(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  return [...errors, ...(token.path ? validateFilePath(token.path, `${path}.path`) : [required(`${path}.path`)])];
}

/** Two sources that write the same file. */
function conflicts(projection: Projection, paths: Set<string>, path: string): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  const named = [
    ...(secret?.items ?? []).map((item) => ({ file: item.path, of: secret?.name })),
    ...(configMap?.items ?? []).map((item) => ({ file: item.path, of: configMap?.name })),
    ...(downwardAPI?.items ?? []).map((item) => ({ file: item.path, of: item.path })),
    ...(serviceAccountToken ? [{ file: serviceAccountToken.path, of: serviceAccountToken.path }] : []),
  ];
  return named.flatMap(({ file, of }) => {
    if (!file) return [];
    if (paths.has(file)) return [invalidValue(path, of ?? '', 'conflicting duplicate paths')];
    paths.add(file);
    return [];
  });
}
