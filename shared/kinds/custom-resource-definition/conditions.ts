import type { CustomResourceDefinition, DefinitionCondition } from './types.ts';

/** Held until all custom resources of a definition are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export function conditionOf(
  { status }: CustomResourceDefinition,
  type: DefinitionCondition['type'],
): DefinitionCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function isTrue(definition: CustomResourceDefinition, type: DefinitionCondition['type']): boolean {
  return conditionOf(definition, type)?.status === 'True';
}

/** The conditions with this one in its place. The time of transition moves only with the status. */
export function withCondition(
  conditions: readonly DefinitionCondition[],
  condition: Omit<DefinitionCondition, 'lastTransitionTime'>,
  now: string,
): DefinitionCondition[] {
  const index = conditions.findIndex(({ type }) => type === condition.type);
  if (index < 0) return [...conditions, { ...condition, lastTransitionTime: now }];
  const before = conditions[index]!;
  const lastTransitionTime = before.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  return conditions.with(index, { ...condition, lastTransitionTime });
}
