/**
 * Which API group a model belongs to. The package names models by version only (`V1PodSpec`), so this is worked out
 * from what the API class of each group takes and returns.
 */

/** Group packages whose API class is named differently. */
const renamed: Readonly<Record<string, string>> = {
  FlowcontrolApiserver: 'flowcontrol',
  InternalApiserver: 'apiserverinternal',
  RbacAuthorization: 'rbac',
};

/** Types of `meta/v1`, which every group uses and none owns. */
const metaTypes = new Set(
  (
    'APIGroup APIGroupList APIResource APIResourceList APIVersions Condition DeleteOptions FieldSelectorRequirement ' +
    'GroupResource GroupVersionForDiscovery LabelSelector LabelSelectorRequirement ListMeta ManagedFieldsEntry ObjectMeta ' +
    'OwnerReference Preconditions ServerAddressByClientCIDR ShardInfo Status StatusCause StatusDetails WatchEvent'
  )
    .split(' ')
    .map((name) => `V1${name}`),
);

/**
 * Types that another group uses than the one that owns them: bodies of the `scale`, `eviction` and `token` subresources
 * of the core group, and a part of StorageClasses.
 */
const borrowed: Readonly<Record<string, string>> = {
  V1Scale: 'autoscaling',
  V1ScaleSpec: 'autoscaling',
  V1ScaleStatus: 'autoscaling',
  V1Eviction: 'policy',
  AuthenticationV1TokenRequest: 'authentication',
  V1TokenRequestSpec: 'authentication',
  V1TokenRequestStatus: 'authentication',
  V1BoundObjectReference: 'authentication',
  V1TopologySelectorLabelRequirement: 'core',
  V1TopologySelectorTerm: 'core',
  VersionInfo: 'version',
};

/**
 * @param apis models that each API class (`AppsV1Api`) uses directly
 * @param imports models that each model refers to
 * @returns the group package of every model: `core`, `meta`, `apps`, ...
 */
export function assignGroups(
  models: readonly string[],
  apis: ReadonlyMap<string, readonly string[]>,
  imports: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const users = new Map<string, Set<string>>();
  for (const [api, roots] of apis) {
    const match = /^([A-Z]\w*?)V\d\w*Api$/.exec(api);
    if (!match) continue;
    const group = renamed[match[1]!] ?? match[1]!.toLowerCase();
    for (const model of reachable(roots, imports)) users.set(model, (users.get(model) ?? new Set()).add(group));
  }
  return new Map(models.map((model) => [model, groupOf(model, users.get(model) ?? new Set())]));
}

function groupOf(model: string, users: ReadonlySet<string>): string {
  if (metaTypes.has(model)) return 'meta';
  const known = borrowed[model];
  if (known) return known;
  if (users.has('core')) return 'core';
  if (users.size !== 1) throw new Error(`${model} is used by ${users.size} groups: name its own in ${import.meta.url}`);
  return [...users][0]!;
}

function reachable(roots: readonly string[], imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(imports.get(next) ?? []));
  }
  return seen;
}
