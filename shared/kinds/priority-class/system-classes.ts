/** The classes that every cluster has, for what must run whatever users want: by name, with their values. */
export const systemPriorityClasses = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
] as const;

/** Names that start with this are not for users. */
export const systemPriorityClassPrefix = 'system-';

/** What users may give at most; everything above outranks them all. */
export const highestUserDefinablePriority = 1_000_000_000;
