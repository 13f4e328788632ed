const domain =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagSyntax = /^[\w][\w.-]{0,127}$/;
const digestSyntax = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Whether an image reference can be meant at all: `[DOMAIN/]PATH[:TAG][@DIGEST]`, or an image's id. */
export function isImageReference(reference: string): boolean {
  if (/^sha256:[0-9a-f]{64}$/.test(reference)) return true;
  const [named = '', digest, ...more] = reference.split('@');
  if (more.length > 0 || (digest !== undefined && !digestSyntax.test(digest))) return false;
  const lastSlash = named.lastIndexOf('/');
  const colon = named.indexOf(':', lastSlash + 1);
  if (colon >= 0 && !tagSyntax.test(named.slice(colon + 1))) return false;
  const name = colon >= 0 ? named.slice(0, colon) : named;
  if (name.length === 0 || name.length > 255) return false;
  const parts = name.split('/');
  const [first = ''] = parts;
  const hasDomain = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  if (hasDomain && !domain.test(first)) return false;
  return (hasDomain ? parts.slice(1) : parts).every((part) => component.test(part));
}

/** `IfNotPresent`, unless the tag is `latest` or absent. */
export function defaultPullPolicy(reference: string): 'Always' | 'IfNotPresent' {
  if (reference.includes('@')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(reference)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** The registry that an image comes from; Docker's own when none is named. */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}
