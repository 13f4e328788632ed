import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import type { ClusterClient } from '../client.ts';

/** How long a Namespace that was there is taken to be there still, in ms: a shard learns of its deletion this late. */
const rememberMs = 2_000;
const maxRemembered = 1_000;

/** The Namespaces that a shard needs for admission and that are in the main object. */
export interface NamespacesElsewhere {
  /** Asks for those that are not known. To be awaited before a transaction that needs them. */
  ensure(names: readonly string[]): Promise<void>;
  /** What is known of a Namespace; undefined for every other object. */
  get(key: ObjectKey): KubernetesObject | undefined;
}

/**
 * Remembers for a moment the Namespaces that are there. One that is absent or on its way out is asked for again each
 * time, so that a new one works at once.
 */
export function createNamespacesElsewhere(deps: { client: ClusterClient; now(): number }): NamespacesElsewhere {
  const known = new Map<string, { namespace: KubernetesObject; until: number }>();

  async function ask(name: string): Promise<void> {
    const namespace = await deps.client.get({ resource: 'namespaces', namespace: '', name });
    if (known.size >= maxRemembered) known.clear();
    if (!namespace) known.delete(name);
    else known.set(name, { namespace, until: namespace.metadata.deletionTimestamp ? 0 : deps.now() + rememberMs });
  }

  return {
    async ensure(names) {
      const wanted = [...new Set(names)].filter((name) => name !== '' && (known.get(name)?.until ?? 0) <= deps.now());
      await Promise.all(wanted.map(ask));
    },
    get: ({ resource, name }) => (resource === 'namespaces' ? known.get(name)?.namespace : undefined),
  };
}
