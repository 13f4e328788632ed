import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';

/** Where a resource of a cluster lives: in the cluster's main object (empty string) or in a named sibling of it. */
export function shardOf(kinds: KindRegistry, resource: string): string {
  return kinds.byResource(resource)?.storage?.shard ?? '';
}

/** Every shard that the kinds ask for besides the main object. */
export function shardsOf(kinds: readonly KindDefinition[]): string[] {
  return [...new Set(kinds.flatMap((kind) => kind.storage?.shard ?? []))];
}
