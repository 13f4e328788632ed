const group = 'internal.fairlead';

/**
 * What a cluster keeps in its store besides objects: credentials, keys. The resources have names that no kind can have,
 * hence no path, no discovery and no watch lead to them, and their values are stored encrypted like Secrets.
 */
export function internalResource(plural: string): string {
  return `${plural}.${group}`;
}

export function isInternalResource(resource: string): boolean {
  return resource.endsWith(`.${group}`);
}
