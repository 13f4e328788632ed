import { type CompiledSchema, compileSchema } from '../../shared/custom-resources/compiled.ts';
import { customKinds } from '../../shared/custom-resources/kinds.ts';
import type { CustomResourceDefinition } from '../../shared/kinds/custom-resource-definition/types.ts';
import { type KindDefinition, resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { Change, Store, StoredObject } from '../store/store.ts';

/** Where CustomResourceDefinitions are stored. */
export const definitionsResource = 'customresourcedefinitions.apiextensions.k8s.io';

/** UTF-16 units of definitions whose schemas are kept compiled. Schemas are megabytes in some; memory is not. */
const maximumCompiledUnits = 4 * 1024 * 1024;

export interface CustomKindsDeps {
  store: Pick<Store, 'get' | 'list' | 'onCommit' | 'isWriting'>;
  kinds: KindRegistry;
}

/**
 * Keeps the registry of a cluster in step with its CustomResourceDefinitions. They are read when a kind is asked for that
 * is not built in, so that a cluster without any pays nothing and starts at once; from then on each commit that touches
 * one is followed in the same turn: what is established is served by the time that its writer has the answer.
 */
export function serveCustomKinds({ store, kinds }: CustomKindsDeps): void {
  const served = new Map<string, readonly KindDefinition[]>();
  const schemas = createSchemaCache(store);
  let isLoaded = false;
  // A definition in one of Kubernetes' own groups cannot take the place of a kind that is built in.
  const builtIn = new Set(kinds.all().map(resourceName));
  const isBuiltIn = (kind: KindDefinition) => builtIn.has(resourceName(kind));

  const kindsOf = (json: string): KindDefinition[] =>
    customKinds(JSON.parse(json) as CustomResourceDefinition, schemas.get).filter((kind) => !isBuiltIn(kind));

  kinds.loadLater(() => {
    // What a transaction has written may yet be undone.
    if (store.isWriting) return undefined;
    isLoaded = true;
    for (const { key, json } of store.list({ resource: definitionsResource }).items) {
      served.set(key.name, kindsOf(json));
    }
    return [...served.values()].flat();
  });

  store.onCommit((changes) => {
    if (!isLoaded) return;
    for (const [name, change] of lastChanges(changes)) {
      schemas.forget(name);
      const before = served.get(name) ?? [];
      const after = change.type === 'DELETED' ? [] : kindsOf(change.json);
      served.set(name, after);
      if (change.type === 'DELETED') served.delete(name);
      kinds.replace(before, after);
    }
  });
}

/** The last of the changes to each definition. */
function lastChanges(changes: readonly Change[]): Map<string, Change> {
  const definitions = changes.filter(({ key }) => key.resource === definitionsResource);
  return new Map(definitions.map((change) => [change.key.name, change]));
}

interface Entry {
  units: number;
  versions: Map<string, CompiledSchema>;
}

/** Compiled schemas by definition, as many as fit; the one that was not used for longest goes first. */
function createSchemaCache(store: Pick<Store, 'get'>) {
  const entries = new Map<string, Entry>();
  let units = 0;

  const forget = (name: string) => {
    units -= entries.get(name)?.units ?? 0;
    entries.delete(name);
  };
  const load = (name: string): Entry | undefined => {
    const stored = store.get({ resource: definitionsResource, namespace: '', name });
    if (!stored) return undefined;
    const entry = { units: stored.json.length, versions: compileAll(stored) };
    entries.set(name, entry);
    units += entry.units;
    for (const oldest of entries.keys()) {
      if (units <= maximumCompiledUnits || oldest === name) break;
      forget(oldest);
    }
    return entry;
  };

  return {
    get(name: string, version: string): CompiledSchema | undefined {
      const known = entries.get(name);
      if (known) {
        entries.delete(name);
        entries.set(name, known);
      }
      return (known ?? load(name))?.versions.get(version);
    },
    forget,
  };
}

function compileAll({ json }: StoredObject): Map<string, CompiledSchema> {
  const { spec } = JSON.parse(json) as CustomResourceDefinition;
  return new Map(spec.versions.map(({ name, schema }) => [name, compileSchema(schema?.openAPIV3Schema ?? {})]));
}
