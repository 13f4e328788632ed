import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required, valueNotFound } from '../../api/field-errors.ts';
import type { Container } from '../../api/object.ts';
import { validateRelativePath } from './paths.ts';
import type { Volumes } from './validate-containers.ts';

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

export function validateVolumeMounts(container: Container, volumes: Volumes, path: string): FieldError[] {
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const { name, mountPath } = mount;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(valueNotFound(`${at}.name`, name ?? ''));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    return [...errors, ...validateSubPath(mount, at), ...validatePropagation(mount, container, at)];
  });
}

function validateSubPath({ subPath, subPathExpr }: VolumeMount, path: string): FieldError[] {
  const errors = subPath ? validateRelativePath(subPath, `${path}.subPath`) : [];
  if (!subPathExpr) return errors;
  if (subPath) {
    errors.push(invalidValue(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  }
  return [...errors, ...validateRelativePath(subPathExpr, `${path}.subPathExpr`)];
}

function validatePropagation({ mountPropagation }: VolumeMount, container: Container, path: string): FieldError[] {
  if (mountPropagation === undefined) return [];
  const at = `${path}.mountPropagation`;
  if (!propagations.includes(mountPropagation)) return [notSupported(at, mountPropagation, propagations)];
  if (mountPropagation !== 'Bidirectional' || container.securityContext?.privileged) return [];
  return [forbidden(at, 'Bidirectional mount propagation is available only to privileged containers')];
}
