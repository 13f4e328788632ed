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

  /** Called after each change; for what is derived from the kinds and kept. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  all(): readonly KindDefinition[] {
    this.#all ??= [...this.#byPath.values()];
    return this.#all;
  }

  /** By storage name: `pods`, `deployments.apps`. */
  byResource(resource: string): KindDefinition | undefined {
    return this.#byResource.get(resource);
  }

  /** By what a URL holds. */
  byPath(group: string, version: string, plural: string): KindDefinition | undefined {
    return this.#byPath.get(`${apiVersionOf({ group, version })}/${plural}`);
  }

  /** By what an object says of itself. */
  byKind(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
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
    return [
      ...byResource,
      [this.#byPath, `${apiVersionOf(kind)}/${kind.plural}`],
      [this.#byKind, `${apiVersionOf(kind)}/${kind.kind}`],
    ];
  }
}
