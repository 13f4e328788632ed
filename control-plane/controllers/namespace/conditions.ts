import type { Namespace } from '../../../shared/api/object.ts';

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** What is left of one resource in a namespace that is being deleted. */
export interface Remaining {
  /** `pods`, `deployments.apps` */
  resource: string;
  objects: number;
  /** How many of the objects each finalizer holds. */
  finalizers: Readonly<Record<string, number>>;
}

/** The conditions that tell a user what a namespace waits for, in upstream's words; kept ones keep their times. */
export function deletionConditions(
  namespace: Namespace,
  remaining: readonly Remaining[],
  failures: readonly string[],
  now: string,
): Condition[] {
  const wanted = [
    state('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
    state(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    contentFailure(failures),
    contentRemaining(remaining),
    finalizersRemaining(remaining),
  ];
  const old = namespace.status?.conditions ?? [];
  const others = old.filter(({ type }) => !wanted.some((condition) => condition.type === type));
  return [
    ...others,
    ...wanted.map((condition) => {
      const before = old.find(({ type }) => type === condition.type);
      const kept = before?.status === condition.status ? before.lastTransitionTime : undefined;
      return { ...condition, lastTransitionTime: kept ?? now };
    }),
  ];
}

function state(type: string, holds: boolean, reason: string, message: string): Condition {
  return { type, status: holds ? 'True' : 'False', reason, message };
}

function contentFailure(failures: readonly string[]): Condition {
  const type = 'NamespaceDeletionContentFailure';
  if (failures.length === 0) {
    return state(type, false, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization');
  }
  const list = failures.length === 1 ? failures[0] : `[${failures.join(', ')}]`;
  return state(
    type,
    true,
    'ContentDeletionFailed',
    `Failed to delete all resource types, ${failures.length} remaining: ${list}`,
  );
}

function contentRemaining(remaining: readonly Remaining[]): Condition {
  const type = 'NamespaceContentRemaining';
  if (remaining.length === 0) return state(type, false, 'ContentRemoved', 'All content successfully removed');
  const parts = remaining.map(({ resource, objects }) => `${resource}. has ${objects} resource instances`).sort();
  return state(type, true, 'SomeResourcesRemain', `Some resources are remaining: ${parts.join(', ')}`);
}

function finalizersRemaining(remaining: readonly Remaining[]): Condition {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const { finalizers } of remaining) {
    for (const [name, count] of Object.entries(finalizers)) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  if (counts.size === 0)
    return state(type, false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished');
  const parts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return state(
    type,
    true,
    'SomeFinalizersRemain',
    `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`,
  );
}
