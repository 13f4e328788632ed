export interface TargetId {
  scheme: 'http' | 'https';
  name: string;
  /** A number, the name of a port, or empty. */
  port: string;
}

/** `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`; undefined for anything else. */
export function parseTargetId(id: string): TargetId | undefined {
  const parts = id.split(':');
  const [scheme, name, port] =
    parts.length === 3 ? parts : parts.length === 2 ? ['', ...parts] : parts.length === 1 ? ['', id, ''] : [];
  if (!name || port === undefined || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) return undefined;
  return { scheme: scheme || 'http', name, port } as TargetId;
}
