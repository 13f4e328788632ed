import type { V1CustomResourceDefinition } from '@kubernetes/client-node';
import type { Conformance } from './conforms.ts';
import { kinds } from './kinds.ts';
import type { Kind, ResourceClient, Served } from './resource.ts';

/** A custom resource of a test: whatever it is. */
export interface Custom {
  apiVersion?: string;
  kind?: string;
  metadata?: object;
  // What a test says of it, with no type.
  [field: string]: unknown;
}

export interface Definition {
  name: string;
  group: string;
  plural: string;
  kind: string;
  /** A version's resource in the test's namespace. */
  version(version: string): ResourceClient<Custom>;
  get(): Promise<Served<V1CustomResourceDefinition>>;
}

export interface DefinitionOptions {
  /** Names the group and the kind apart from others of the same test. */
  id?: string;
  group?: string;
  scope?: 'Namespaced' | 'Cluster';
  versions?: readonly Record<string, unknown>[];
  names?: Record<string, unknown>;
  conversion?: object;
}

/** A version with this schema that is served, and stored unless said otherwise. */
export function aVersion(name: string, openAPIV3Schema: object, rest: Record<string, unknown> = {}) {
  return { name, served: true, storage: true, schema: { openAPIV3Schema }, ...rest };
}

export const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The body of a definition whose names no other test uses. */
export function aDefinition(t: Conformance, options: DefinitionOptions = {}) {
  const { id = 'foo', scope = 'Namespaced', versions = [aVersion('v1', anything)] } = options;
  const group = options.group ?? `${t.unique(id)}.example.com`;
  const kind = `E2e${id[0]!.toUpperCase()}${id.slice(1)}`;
  const plural = `e2e${id}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope, versions, names: { kind, plural, ...options.names } },
      ...(options.conversion ? { conversion: options.conversion } : {}),
    },
  };
}

/** Makes a definition and waits until its kind is served. It is gone after the test. */
export async function define(t: Conformance, options: DefinitionOptions = {}): Promise<Definition> {
  const body = aDefinition(t, options);
  const { name } = body.metadata;
  const { group, scope, names } = body.spec;
  const definitions = t.resource(kinds.customResourceDefinition);
  await definitions.create(body as never);
  t.cleanUp(() => t.api.send('DELETE', `${definitions.path}/${name}`));
  await t.eventually(`${name} is established`, async () => isEstablished(await definitions.get(name)));
  return {
    name,
    group,
    plural: names.plural,
    kind: names.kind,
    get: () => definitions.get(name),
    version(version) {
      const kind: Kind<Custom> = {
        apiVersion: `${group}/${version}`,
        kind: names.kind,
        plural: names.plural,
        namespaced: scope === 'Namespaced',
      };
      return t.resource(kind);
    },
  };
}

export function isEstablished({ status }: Pick<V1CustomResourceDefinition, 'status'>): boolean {
  return Boolean(status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True'));
}
