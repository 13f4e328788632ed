import { invalid } from '../../../../shared/api/errors.ts';
import { jsonEqual } from '../../../../shared/api/json.ts';
import type { KubernetesObject, ParamKind } from '../../../../shared/api/object.ts';
import { fieldErrors } from '../../../../shared/api/validation.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import { type Authorizer, adminGroup } from '../../auth/authorize.ts';
import type { UserInfo } from '../../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import type { Binding, Policy } from './source.ts';

const group = 'admissionregistration.k8s.io';

/** What somebody has to be allowed to. */
interface Need {
  path: string;
  verb: string;
  kind: ParamKind | undefined;
  namespace: string;
  name: string;
  /** Of them that it is not theirs. */
  refusal: string;
}

export interface ParamAccessDeps {
  kinds: Pick<KindRegistry, 'byKind'>;
  authorizer: Authorizer;
}

/** Nobody reads by a policy's messages what they may not read: its parameters have to be theirs to read. */
export function createParamAccess(deps: ParamAccessDeps): AdmissionPlugin {
  return {
    name: 'AdmissionPolicyParams',
    operations: ['CREATE', 'UPDATE'],
    resources: ['validating', 'mutating'].flatMap((sort) => [
      `${sort}admissionpolicies.${group}`,
      `${sort}admissionpolicybindings.${group}`,
    ]),
    validate(request) {
      const { object, user } = request;
      if (!object || user.groups.includes(adminGroup)) return;
      const need = 'policyName' in specOf(object) ? needOfBinding(request, object) : needOfPolicy(request, object);
      if (!need || isAllowed(deps, user, need)) return;
      const { kind } = request;
      const subject = { group: kind.group, resource: kind.plural, kind: kind.kind, name: request.name };
      throw invalid(subject, [fieldErrors.forbidden(need.path, need.refusal)]);
    },
  };
}

function specOf(object: KubernetesObject | undefined): object {
  return (object?.spec as object | undefined) ?? {};
}

function needOfPolicy({ old, user }: AdmissionRequest, object: KubernetesObject): Need | undefined {
  const kind = (object as Policy).spec?.paramKind;
  if (!kind || (old && jsonEqual(kind, (old as Policy).spec?.paramKind))) return undefined;
  const what = `on all objects of the referenced paramKind (kind=${kind.kind}, apiVersion=${kind.apiVersion})`;
  const refusal = `user ${show(user)} must have "get" permission ${what}`;
  return { path: 'spec.paramKind', verb: 'get', kind, namespace: '*', name: '*', refusal };
}

function needOfBinding(
  { old, user, get, kind: { plural } }: AdmissionRequest,
  object: KubernetesObject,
): Need | undefined {
  const { paramRef, policyName = '' } = (object as Binding).spec ?? {};
  const before = (old as Binding | undefined)?.spec;
  const isSame = before?.policyName === policyName && jsonEqual(paramRef ?? null, before.paramRef ?? null);
  if (!paramRef || isSame) return undefined;
  const policies = `${plural.replace('bindings', '').replace(/y$/, 'ies')}.${group}`;
  const policy = get({ resource: policies, namespace: '', name: policyName }) as Policy | undefined;
  const { name = '', namespace = '' } = paramRef;
  const verb = name ? 'get' : 'list';
  const who = `user ${show(user)} does not have "${verb}" permission`;
  const refusal = policy
    ? `${who} on the object referenced by paramRef`
    : `unable to get policy ${policyName} to determine minimum required permissions and ${who} for all groups, versions and resources`;
  return { path: 'spec.paramRef', verb, kind: policy?.spec?.paramKind, namespace, name, refusal };
}

/** Where the kind is not known, of all kinds. */
function isAllowed({ kinds, authorizer }: ParamAccessDeps, user: UserInfo, need: Need): boolean {
  const { verb, kind, namespace, name } = need;
  const { apiVersion = '', kind: kindName = '' } = kind ?? {};
  const served = kinds.byKind(apiVersion, kindName);
  const named = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const attributes = { group: kind ? named : '*', resource: served?.plural ?? '*', subresource: '' };
  return authorizer.authorize(user, { verb, ...attributes, namespace, name }).allowed;
}

/** As Go prints a user. */
function show({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const more = Object.entries(extra).map(([key, values]) => `${key}:[${values.join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${more.sort().join(' ')}]}`;
}
