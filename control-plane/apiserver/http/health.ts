import { plainText } from './respond.ts';

/**
 * What a cluster's object checks by answering at all. The store goes by the name that Kubernetes' own has there, for
 * tools that ask for it.
 */
const checks = ['ping', 'etcd'];

/** Answers `/healthz`, `/livez` and `/readyz`, also of one check (`/readyz/ping`) and with `?verbose`. Undefined for other paths. */
export function answerHealth(path: string, query: URLSearchParams): Response | undefined {
  const [, endpoint, check] = /^\/(healthz|livez|readyz)(?:\/([^/]*))?$/.exec(path) ?? [];
  if (endpoint === undefined) return undefined;
  if (check) return checks.includes(check) ? plainText('ok') : undefined;
  if (!query.has('verbose')) return plainText('ok');
  const excluded = new Set(query.getAll('exclude'));
  const lines = checks.map((name) => (excluded.has(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`));
  return plainText(`${[...lines, `${endpoint} check passed`].join('\n')}\n`);
}
