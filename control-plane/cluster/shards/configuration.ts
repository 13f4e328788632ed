import type {
  KubernetesObject,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ObjectKey,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../../shared/api/selectors.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { ShardConfiguration } from '../../client.ts';
import type { Store, StoredObject } from '../../store/store.ts';
import { definitionsResource } from '../custom-kinds.ts';

/** What decides about requests wherever they are answered. */
const admission = 'admissionregistration.k8s.io';
const configured = [
  `mutatingwebhookconfigurations.${admission}`,
  `validatingwebhookconfigurations.${admission}`,
  `mutatingadmissionpolicies.${admission}`,
  `mutatingadmissionpolicybindings.${admission}`,
  `validatingadmissionpolicies.${admission}`,
  `validatingadmissionpolicybindings.${admission}`,
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
];

/** Most parameters of policies that shards are told of. */
const maxParams = 1000;

export interface ConfigurationDeps {
  store: Pick<Store, 'get' | 'list' | 'onCommit'>;
  kinds: Pick<KindRegistry, 'byKind'>;
  uid(): string;
}

export interface Configuration {
  /** Undefined for who has this version already. */
  since(version: string | undefined): ShardConfiguration | undefined;
}

/**
 * What the main object tells the shards of a cluster: webhooks, policies with their parameters, and how requests take
 * turns. Its version is another after each change, and in each life of the object; nothing is read before a shard asks.
 */
export function createConfiguration({ store, kinds, uid }: ConfigurationDeps): Configuration {
  const life = uid();
  let changes = 0;
  let concerned = new Set(configured);
  store.onCommit((committed) => {
    if (committed.some(({ key }) => concerned.has(key.resource))) changes++;
  });
  return {
    since(version) {
      const current = `${life}/${changes}`;
      if (version === current) return undefined;
      const objects = configured.flatMap((resource) => store.list({ resource }).items);
      const params = paramsOf({ store, kinds }, objects);
      concerned = new Set([...configured, ...params.resources]);
      return { version: current, objects: [...objects, ...params.objects] };
    },
  };
}

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** The objects that bindings name as parameters, and the definitions of those that are custom resources. */
function paramsOf(
  { store, kinds }: Pick<ConfigurationDeps, 'store' | 'kinds'>,
  objects: readonly StoredObject[],
): { resources: Set<string>; objects: StoredObject[] } {
  const parsed = <T extends KubernetesObject>(suffix: string) =>
    objects.filter(({ key }) => key.resource.startsWith(suffix)).map(({ json }) => JSON.parse(json) as T);
  const resources = new Set<string>();
  const found = new Map<string, StoredObject>();
  for (const which of ['mutating', 'validating']) {
    const policies = new Map(parsed<Policy>(`${which}admissionpolicies.`).map((one) => [one.metadata.name, one]));
    for (const { spec } of parsed<Binding>(`${which}admissionpolicybindings.`)) {
      const wanted = policies.get(spec?.policyName)?.spec?.paramKind;
      const kind = wanted && kinds.byKind(wanted.apiVersion ?? '', wanted.kind ?? '');
      if (!kind || !spec?.paramRef) continue;
      const resource = resourceName(kind.servedForm?.of ?? kind);
      resources.add(resource);
      const definition = kind.custom && store.get({ resource: definitionsResource, namespace: '', name: resource });
      const own = [...(definition ? [definition] : []), ...named(store, { resource, kind, ref: spec.paramRef })];
      if (kind.custom) resources.add(definitionsResource);
      for (const one of own) if (found.size < maxParams) found.set(idOf(one.key), one);
    }
  }
  return { resources, objects: [...found.values()] };
}

/** In the namespace of the request where the binding names none, so in all of them. */
function named(
  store: Pick<Store, 'list'>,
  { resource, kind, ref }: { resource: string; kind: KindDefinition; ref: ParamRef },
): StoredObject[] {
  const namespace = kind.scope === 'Namespaced' && ref.namespace ? ref.namespace : undefined;
  const { items } = store.list({ resource, ...(namespace ? { namespace } : {}) });
  if (ref.name) return items.filter(({ key }) => key.name === ref.name);
  const selector = labelSelectorFromObject(ref.selector ?? {});
  return items.filter(({ json }) => selector.matches((JSON.parse(json) as KubernetesObject).metadata.labels));
}

function idOf({ resource, namespace, name }: ObjectKey): string {
  return `${resource}/${namespace}/${name}`;
}
