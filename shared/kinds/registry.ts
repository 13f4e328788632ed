import { apiVersionOf, type KindDefinition, resourceName } from './define-kind.ts';

/**
 * The kinds that one cluster serves, found by any of the names that requests use. The built-in ones are there from the
 * start; CustomResourceDefinitions add and remove others while it runs.
 */
export class KindRegistry {
  readonly #byResource = new Map<string, KindDefinition>();
  readonly #byPath = new Map<string, KindDefinition>();
  readonly #byKind = new Map<string, KindDefinition>();
  readonly #listeners: (() => void)[] = [];
  #later: (() => readonly KindDefinition[] | undefined) | undefined;
  #all: readonly KindDefinition[] | undefined;

  constructor(kinds: Iterable<KindDefinition>) {
    for (const kind of kinds) this.#set(kind);
  }

  /** Adds kinds, or replaces those of the same group, version and plural. Of several versions the last is found by resource. */
  add(...kinds: readonly KindDefinition[]): void {
    this.replace([], kinds);
  }

  remove(...kinds: readonly KindDefinition[]): void {
    this.replace(kinds, []);
  }

  /** Both at once: listeners see no state in between. Kinds that are not there any more are no error. */
  replace(removed: readonly KindDefinition[], added: readonly KindDefinition[]): void {
    for (const kind of removed) this.#delete(kind);
    for (const kind of added) this.#set(kind);
    this.#all = undefined;
    for (const listener of this.#listeners) listener();
  }

  /**
   * More kinds, asked for when a kind is not among those that are there, or all of them are wanted. Asked again as long as
   * the answer is undefined: not now.
   */
  loadLater(load: () => readonly KindDefinition[] | undefined): void {
    this.#later = load;
  }

  /** Called after each change; for what is derived from the kinds and kept. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What is served: a version that is only stored is found by its resource alone. */
  all(): readonly KindDefinition[] {
    this.#load();
    this.#all ??= [...this.#byPath.values()];
    return this.#all;
  }

  /** By storage name: `pods`, `deployments.apps`. */
  byResource(resource: string): KindDefinition | undefined {
    return this.#find(this.#byResource, resource);
  }

  /** By what a URL holds. */
  byPath(group: string, version: string, plural: string): KindDefinition | undefined {
    return this.#find(this.#byPath, `${apiVersionOf({ group, version })}/${plural}`);
  }

  /** By what an object says of itself. */
  byKind(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.#find(this.#byKind, `${apiVersion}/${kind}`);
  }

  #find(map: ReadonlyMap<string, KindDefinition>, key: string): KindDefinition | undefined {
    return map.get(key) ?? (this.#load() ? map.get(key) : undefined);
  }

  /** True when there are kinds now that were not there before. */
  #load(): boolean {
    const loaded = this.#later?.();
    if (!loaded) return false;
    this.#later = undefined;
    if (loaded.length > 0) this.add(...loaded);
    return loaded.length > 0;
  }

  #set(kind: KindDefinition): void {
    for (const [map, key] of this.#places(kind)) map.set(key, kind);
  }

  #delete(kind: KindDefinition): void {
    // Another may have taken one of its names meanwhile.
    for (const [map, key] of this.#places(kind)) if (map.get(key) === kind) map.delete(key);
  }

  #places(kind: KindDefinition): [Map<string, KindDefinition>, string][] {
    // Where the resource is only named, what is stored is meant.
    const byResource: [Map<string, KindDefinition>, string][] = kind.servedForm
      ? []
      : [[this.#byResource, resourceName(kind)]];
    if (kind.custom?.isServed === false) return byResource;
    return [
      ...byResource,
      [this.#byPath, `${apiVersionOf(kind)}/${kind.plural}`],
      [this.#byKind, `${apiVersionOf(kind)}/${kind.kind}`],
    ];
  }
}
