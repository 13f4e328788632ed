import { jsonEqual } from '../../shared/api/json.ts';
import type { ClusterRole, KubernetesObject } from '../../shared/api/object.ts';
import { aggregatedRules } from '../../shared/kinds/rbac/aggregate.ts';
import { rbacGroup } from '../../shared/kinds/rbac/names.ts';
import type { WriteOperation } from '../client.ts';
import { defineController } from './runtime/controller.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

const resource = `clusterroles.${rbacGroup}`;

/**
 * Gives aggregated ClusterRoles the rules of those that they select. There are few, and any role may be part of any:
 * one key stands for all of them. Where one aggregated role is part of another, each round brings the rules a step up.
 */
export default defineController({
  name: 'clusterrole-aggregation-controller',
  watches: [{ resource, toKeys: () => ['all'] }],
  async reconcile(_key, { client }) {
    const { items } = await client.list<KubernetesObject>({ resource });
    const roles = items as unknown as readonly ClusterRole[];
    await writeAll(
      client,
      roles.flatMap((role) => aggregation(role, roles)),
    );
    return undefined;
  },
});

function aggregation(role: ClusterRole, roles: readonly ClusterRole[]): WriteOperation[] {
  if (!role.aggregationRule || role.metadata.deletionTimestamp) return [];
  const rules = aggregatedRules(role, roles);
  if (jsonEqual(rules, role.rules ?? [])) return [];
  const object = role as unknown as KubernetesObject;
  return [{ verb: 'patch', key: keyOf(resource, object), patch: { rules }, preconditions: sameState(object) }];
}
