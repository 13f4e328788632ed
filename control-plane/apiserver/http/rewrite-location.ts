const absoluteUrl = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/([^/?#]*)(.*)$/s;

/**
 * Where a redirect of something behind the proxy leads for the client: a path of the target is one below the proxy.
 * Redirects to other hosts and relative ones lead where they did.
 */
export function rewriteLocation(
  location: string,
  { prefix, hosts }: { prefix: string; hosts: readonly string[] },
): string {
  const absolute = absoluteUrl.exec(location);
  if (absolute && !hosts.includes(absolute[2] ?? '')) return location;
  const path = absolute ? absolute[3] || '' : location;
  if (!path.startsWith('/')) return location;
  return path.startsWith(prefix) ? path : prefix + path;
}
