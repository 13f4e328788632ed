import { apiVersionOf, type KindDefinition, resourceName } from './define-kind.ts';

/** The kinds that a cluster serves, found by any of the names that requests use. */
export class KindRegistry {
  readonly #byResource = new Map<string, KindDefinition>();
  readonly #byPath = new Map<string, KindDefinition>();
  readonly #byKind = new Map<string, KindDefinition>();

  constructor(kinds: Iterable<KindDefinition>) {
    for (const kind of kinds) this.add(kind);
  }

  add(kind: KindDefinition): void {
    this.#byResource.set(resourceName(kind), kind);
    this.#byPath.set(`${apiVersionOf(kind)}/${kind.plural}`, kind);
    this.#byKind.set(`${apiVersionOf(kind)}/${kind.kind}`, kind);
  }

  all(): KindDefinition[] {
    return [...this.#byPath.values()];
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
}
