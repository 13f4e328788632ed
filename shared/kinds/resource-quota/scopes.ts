/** What a quota may narrow itself down to, and what it can count then. */

const podResources = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

const resourcesByScope: Readonly<Record<string, readonly string[]>> = {
  Terminating: podResources,
  NotTerminating: podResources,
  BestEffort: ['pods'],
  NotBestEffort: podResources,
  PriorityClass: podResources,
  CrossNamespacePodAffinity: podResources,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};

/** Scopes that hold or do not hold, without a value to compare. */
export const scopesWithoutValues: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);

export const conflictingScopes: readonly (readonly [string, string])[] = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

export function isScope(scope: string): boolean {
  return Object.hasOwn(resourcesByScope, scope);
}

/** True also for a scope that does not exist: that is said elsewhere. */
export function isCountedInScope(resource: string, scope: string): boolean {
  return !isScope(scope) || resourcesByScope[scope]!.includes(resource);
}
