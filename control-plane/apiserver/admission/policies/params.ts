import type { KubernetesObject, ParamKind, ParamRef } from '../../../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../../../shared/api/selectors.ts';
import { type KindDefinition, resourceName } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import { toServed } from '../../registry/served-form.ts';
import type { AdmissionRequest } from '../admission.ts';

/** A policy or a binding cannot be used as it is written. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

/** The kind of a policy's parameters. Throws ConfigurationError where the cluster does not serve it. */
export function paramKindOf(kinds: Pick<KindRegistry, 'byKind'>, kind: ParamKind): KindDefinition {
  const { apiVersion = '', kind: name = '' } = kind;
  const found = kinds.byKind(apiVersion, name);
  if (found) return found;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const shown = `${group ? `${group}/` : ''}${version}, Kind=${name}`;
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${shown}'`);
}

/** What a policy is evaluated with, once for each; undefined stands for no parameters. Throws ConfigurationError. */
export function collectParams(
  kind: KindDefinition | undefined,
  ref: ParamRef | undefined,
  request: Pick<AdmissionRequest, 'namespace' | 'get' | 'list'>,
): readonly (KubernetesObject | undefined)[] {
  if (!kind || !ref) return [undefined];
  const namespace = namespaceOf(kind, ref, request.namespace);
  const resource = resourceName(kind.servedForm?.of ?? kind);
  const found = ref.name
    ? [request.get({ resource, namespace, name: ref.name })].filter((param) => param !== undefined)
    : selected(request, ref, resource, namespace);
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found.map((param) => toServed(kind, param));
}

function namespaceOf(kind: KindDefinition, ref: ParamRef, requested: string): string {
  if (kind.scope === 'Cluster') {
    if (!ref.namespace) return '';
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const namespace = ref.namespace || requested;
  if (namespace) return namespace;
  throw new ConfigurationError(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  );
}

function selected(
  { list }: Pick<AdmissionRequest, 'list'>,
  { selector }: ParamRef,
  resource: string,
  namespace: string,
): KubernetesObject[] {
  const labels = labelSelectorFromObject(selector ?? {});
  return list(resource, namespace).filter(({ metadata }) => labels.matches(metadata.labels));
}
