import { hasReason } from '../../shared/api/errors.ts';
import type { KubernetesObject } from '../../shared/api/object.ts';
import { customKinds } from '../../shared/custom-resources/kinds.ts';
import type { CustomResourceDefinition } from '../../shared/kinds/custom-resource-definition/types.ts';
import { type KindDefinition, resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { ClusterClient } from '../client.ts';
import { definitionsResource } from './custom-kinds.ts';

/**
 * Keeps the registry of a component that runs apart from its cluster in step with the definitions there. Its kinds have
 * names and scopes, which is what components ask for; schemas are the cluster's business.
 *
 * @returns brings the registry up to date; to be called before the component looks at changes
 */
export function followDefinitions(client: ClusterClient, kinds: KindRegistry): () => Promise<void> {
  const served = new Map<string, readonly KindDefinition[]>();
  const builtIn = new Set(kinds.all().map(resourceName));
  let after: number | undefined;

  const follow = (name: string, definition: KubernetesObject | undefined) => {
    const found = definition ? customKinds(definition as unknown as CustomResourceDefinition, () => undefined) : [];
    const next = found.filter((kind) => !builtIn.has(resourceName(kind)));
    kinds.replace(served.get(name) ?? [], next);
    if (definition) served.set(name, next);
    else served.delete(name);
  };
  const relist = async () => {
    const { items, revision } = await client.list<KubernetesObject>({ resource: definitionsResource });
    const there = new Map(items.map((object) => [object.metadata.name ?? '', object]));
    for (const name of served.keys()) if (!there.has(name)) follow(name, undefined);
    for (const [name, object] of there) follow(name, object);
    after = revision;
  };

  return async () => {
    if (after === undefined) return relist();
    try {
      const batch = await client.changes({ after, resources: [definitionsResource] });
      for (const { key, type, object } of batch.changes) follow(key.name, type === 'DELETED' ? undefined : object);
      after = batch.revision;
    } catch (error) {
      if (!hasReason(error, 'Expired', 'Gone')) throw error;
      await relist();
    }
  };
}
