/** The cluster that is served without a prefix in the path. */
export const defaultCluster = 'default';
