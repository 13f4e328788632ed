import { createHash } from 'node:crypto';
import { compareVersions } from '../../../shared/custom-resources/versions.ts';
import { localGroups } from '../../../shared/kinds/api-service/local-groups.ts';
import { apiVersionOf, type KindDefinition, type Verb } from '../../../shared/kinds/define-kind.ts';
import type { DiscoveredApi } from '../aggregation/aggregation.ts';
import { isKnownTag } from './entity-tag.ts';
import { prefers } from './negotiate.ts';
import type { VirtualResource } from './virtual-resource.ts';
import { virtualResources } from './virtual-resources.ts';

/** An answer of the discovery endpoints with the media type that it is declared as. */
export interface DiscoveryAnswer {
  contentType: string;
  body: object;
}

const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** Of custom resources whose definition is being deleted. */
const terminatingVerbs: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'] as const;
const aggregated = { as: 'APIGroupDiscoveryList', g: 'apidiscovery.k8s.io', v: 'v2' };
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Answers `/api`, `/apis`, `/api/v1`, `/apis/GROUP` and `/apis/GROUP/VERSION`, the first two also in the aggregated
 * form that current clients ask for. Undefined for a path that is none of them or names an unknown group.
 */
export function discover(
  kinds: readonly KindDefinition[],
  path: string,
  { accept, elsewhere = [] }: { accept: string | null; elsewhere?: readonly DiscoveredApi[] | undefined },
): DiscoveryAnswer | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const wantsAggregated = prefers(accept, aggregated);
  const resources = [...resourcesOf(kinds), ...elsewhere.flatMap(resourcesElsewhere)];
  const groups = groupsOf(resources, elsewhere);
  if (parts[0] === 'api') {
    if (parts.length === 1) {
      return wantsAggregated ? aggregate(resources, [coreGroup]) : plain(coreVersions);
    }
    return parts.length === 2 ? resourceList(resources, '', parts[1]!) : undefined;
  }
  if (parts[0] !== 'apis') return undefined;
  switch (parts.length) {
    case 1:
      if (wantsAggregated) return aggregate(resources, groups);
      return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) });
    case 2: {
      const group = groups.find(({ name }) => name === parts[1]);
      return group && plain({ kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) });
    }
    case 3:
      return resourceList(resources, parts[1]!, parts[2]!);
    default:
      return undefined;
  }
}

/** Whether an answer needs to know what each group version has, besides that there is one. */
export function needsResources(path: string, accept: string | null): boolean {
  return /^\/apis\/?$/.test(path) && prefers(accept, aggregated);
}

/** What there is to read besides resources: the answer to `/`, and to what is not found. */
export function rootPaths(kinds: readonly KindDefinition[]): string[] {
  const groups = groupsOf(resourcesOf(kinds), []).flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map(({ version }) => `/apis/${name}/${version}`),
  ]);
  return [...fixedPaths, ...groups].sort();
}

const fixedPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/healthz',
  '/livez',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];

/**
 * The answer as HTTP. The aggregated form has an ETag, for clients that ask for it every few minutes only to see that
 * nothing has changed.
 */
export function respondWithDiscovery(request: Request, { contentType, body }: DiscoveryAnswer): Response {
  const text = JSON.stringify(body);
  const headers = new Headers({ 'content-type': contentType, vary: 'Accept' });
  if (contentType !== aggregatedType) return new Response(text, { headers });
  const hash = createHash('sha512').update(text).digest('hex').toUpperCase();
  headers.set('etag', `"${hash}"`);
  headers.set('cache-control', 'public');
  if (isKnownTag(request.headers.get('if-none-match'), hash)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
};

function plain(body: object): DiscoveryAnswer {
  return { contentType: 'application/json', body };
}

/** One line of discovery: a resource or a subresource (`pods/status`). */
interface Resource {
  group: string;
  version: string;
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  /** Group and version of the kind where they are not the resource's own. */
  kindGroup?: string;
  kindVersion?: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
}

function resourcesOf(kinds: readonly KindDefinition[]): Resource[] {
  const all = [...kinds.flatMap(resourcesOfKind), ...virtualResources.map(resourceOfVirtual)];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As another API server lists them. */
function resourcesElsewhere({ group, version, resources }: DiscoveredApi): Resource[] {
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return resources.map((one) => ({
    group,
    version,
    name: text(one.name),
    singularName: text(one.singularName),
    namespaced: one.namespaced === true,
    kind: text(one.kind),
    ...(one.group ? { kindGroup: text(one.group) } : {}),
    ...(one.version ? { kindVersion: text(one.version) } : {}),
    verbs: texts(one.verbs),
    ...(one.shortNames ? { shortNames: texts(one.shortNames) } : {}),
    ...(one.categories ? { categories: texts(one.categories) } : {}),
  }));
}

function resourcesOfKind(kind: KindDefinition): Resource[] {
  const { group, version, plural, subresources = {} } = kind;
  const base = { group, version, namespaced: kind.scope === 'Namespaced' };
  const list: Resource[] = [
    {
      ...base,
      name: plural,
      singularName: kind.singular,
      kind: kind.kind,
      verbs: kind.custom?.isTerminating ? terminatingVerbs : (kind.verbs ?? allVerbs),
      shortNames: kind.shortNames,
      categories: kind.categories,
    },
  ];
  const add = (name: string, rest: Pick<Resource, 'kind' | 'verbs' | 'kindGroup' | 'kindVersion'>) =>
    list.push({ ...base, name: `${plural}/${name}`, singularName: '', ...rest });
  if (subresources.status) add('status', { kind: kind.kind, verbs: subresourceVerbs });
  if (subresources.scale) {
    add('scale', { kind: 'Scale', kindGroup: 'autoscaling', kindVersion: 'v1', verbs: subresourceVerbs });
  }
  for (const [name, other] of Object.entries(subresources.others ?? {})) {
    add(name, { kind: other.kind, kindGroup: other.group, kindVersion: other.version, verbs: other.verbs });
  }
  return list;
}

function resourceOfVirtual(resource: VirtualResource): Resource {
  const { group, version, plural, kind } = resource;
  const namespaced = resource.scope === 'Namespaced';
  return { group, version, name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: ['create'] };
}

interface Group {
  name: string;
  /** The preferred one first. */
  versions: GroupVersion[];
}

interface GroupVersion {
  version: string;
  groupPriority: number;
  versionPriority: number;
  isStale?: boolean;
}

const coreGroup: Group = { name: '', versions: [{ version: 'v1', groupPriority: 0, versionPriority: 0 }] };

/** Of what nothing registers: the API of the registrations itself, and custom resources. */
const registrationGroup = 'apiregistration.k8s.io';
const customPriorities = { groupPriority: 1000, versionPriority: 100 };

/** All but the core group, in the order in which clients are to prefer them where several have a resource of one name. */
function groupsOf(resources: readonly Resource[], elsewhere: readonly DiscoveredApi[]): Group[] {
  const groups = new Map<string, Map<string, GroupVersion>>();
  const add = (group: string, one: GroupVersion) => {
    const versions = groups.get(group) ?? new Map<string, GroupVersion>();
    groups.set(group, versions);
    if (!versions.has(one.version)) versions.set(one.version, one);
  };
  for (const { group, ...one } of elsewhere) add(group, one);
  for (const { group, version } of resources)
    if (group !== '') add(group, { version, ...prioritiesOf(group, version) });
  return [...groups]
    .map(([name, versions]) => ({ name, versions: [...versions.values()].sort(compareGroupVersions) }))
    .sort((a, b) => priorityOf(b) - priorityOf(a) || (a.name < b.name ? -1 : 1));
}

function prioritiesOf(group: string, version: string): Pick<GroupVersion, 'groupPriority' | 'versionPriority'> {
  if (group === registrationGroup) return { groupPriority: 20001, versionPriority: 0 };
  const local = localGroups.find(([name, one]) => name === group && one === version);
  return local ? { groupPriority: local[2], versionPriority: local[3] } : customPriorities;
}

function priorityOf({ versions }: Group): number {
  return Math.max(...versions.map(({ groupPriority }) => groupPriority));
}

function compareGroupVersions(a: GroupVersion, b: GroupVersion): number {
  return b.versionPriority - a.versionPriority || compareVersions(a.version, b.version);
}

function describeGroup({ name, versions }: Group): object {
  const described = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group: name, version }), version }));
  return { name, versions: described, preferredVersion: described[0] };
}

function resourceList(resources: readonly Resource[], group: string, version: string): DiscoveryAnswer | undefined {
  const mine = resources.filter((resource) => resource.group === group && resource.version === version);
  if (mine.length === 0) return undefined;
  return plain({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: mine.map(({ group: _group, version: _version, kindGroup, kindVersion, ...rest }) => ({
      ...rest,
      ...(kindGroup ? { group: kindGroup } : {}),
      ...(kindVersion ? { version: kindVersion } : {}),
    })),
  });
}

function aggregate(resources: readonly Resource[], groups: readonly Group[]): DiscoveryAnswer {
  const items = groups.map((group) => ({
    metadata: group.name ? { name: group.name, creationTimestamp: null } : { creationTimestamp: null },
    versions: group.versions.map(({ version, isStale }) => ({
      version,
      resources: aggregatedResources(resources.filter((one) => one.group === group.name && one.version === version)),
      freshness: isStale ? 'Stale' : 'Current',
    })),
  }));
  const { g, v, as } = aggregated;
  return { contentType: aggregatedType, body: { kind: as, apiVersion: `${g}/${v}`, metadata: {}, items } };
}

function aggregatedResources(resources: readonly Resource[]): object[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => ({
      resource: resource.name,
      responseKind: responseKind(resource),
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: resource.singularName,
      verbs: resource.verbs,
      ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories ? { categories: resource.categories } : {}),
      subresources: resources
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(resource.name.length + 1),
          responseKind: responseKind(sub),
          verbs: sub.verbs,
        })),
    }));
}

function responseKind(resource: Resource): object {
  return {
    group: resource.kindGroup ?? resource.group,
    version: resource.kindVersion ?? resource.version,
    kind: resource.kind,
  };
}
