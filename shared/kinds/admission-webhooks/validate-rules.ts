import type { V1RuleWithOperations } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';

export type AdmissionRule = Wire<V1RuleWithOperations>;

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

/** Which requests are meant: by operation, group, version and resource. */
export function validateAdmissionRule(rule: AdmissionRule, path: string): FieldError[] {
  return [
    ...validateOperations(rule.operations ?? [], `${path}.operations`),
    ...validateNames(rule.apiGroups ?? [], `${path}.apiGroups`, 'API groups'),
    ...validateNames(rule.apiVersions ?? [], `${path}.apiVersions`, 'API versions'),
    ...emptyItems(rule.apiVersions ?? [], `${path}.apiVersions`),
    ...validateResources(rule.resources ?? [], `${path}.resources`),
    ...(rule.scope === undefined || scopes.includes(rule.scope)
      ? []
      : [notSupported(`${path}.scope`, rule.scope, scopes)]),
  ];
}

function validateOperations(given: readonly string[], path: string): FieldError[] {
  return [
    ...validateNames(given, path, 'operations'),
    ...given.flatMap((one, index) =>
      operations.includes(one) ? [] : [notSupported(`${path}[${index}]`, one, operations)],
    ),
  ];
}

function validateNames(names: readonly string[], path: string, what: string): FieldError[] {
  if (names.length === 0) return [required(path)];
  if (names.length === 1 || !names.includes('*')) return [];
  return [invalidValue(path, names, `if '*' is present, must not specify other ${what}`)];
}

function emptyItems(names: readonly string[], path: string): FieldError[] {
  return names.flatMap((name, index) => (name === '' ? [required(`${path}[${index}]`)] : []));
}

/** `pods`, `pods/log`, `pods/*`, `*\/scale`, `*`, `*\/*`: none may say what another says already. */
function validateResources(resources: readonly string[], path: string): FieldError[] {
  if (resources.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const anySubresourceOf = new Set<string>();
  const subresourcesOfAny = new Set<string>();
  for (const [index, name] of resources.entries()) {
    const at = name.indexOf('/');
    if (name === '') errors.push(required(`${path}[${index}]`));
    if (at < 0) continue;
    const [resource, subresource] = [name.slice(0, at), name.slice(at + 1)];
    const redundant = (present: string) =>
      errors.push(invalidValue(`${path}[${index}]`, name, `if '${present}' is present, must not specify ${name}`));
    if (anySubresourceOf.has(resource)) redundant(`${resource}/*`);
    if (subresourcesOfAny.has(subresource)) redundant(`*/${subresource}`);
    if (subresource === '*') anySubresourceOf.add(resource);
    if (resource === '*') subresourcesOfAny.add(subresource);
  }
  return [...errors, ...validateWildcards(resources, path)];
}

function validateWildcards(resources: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  }
  // The last one that is no subresource decides, as in Kubernetes.
  const last = resources.findLast((name) => name !== '' && !name.includes('/'));
  if (resources.includes('*') && last !== undefined && last !== '*') {
    const why = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(path, resources, why));
  }
  return errors;
}
