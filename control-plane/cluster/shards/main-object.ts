import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { ClusterAuthority } from '../../client.ts';
import { createMirror, type Mirror } from './mirror.ts';

/** How long what was said is taken to hold still, in ms: a shard learns of a change this late. */
const rememberMs = 2_000;
const maxRemembered = 1_000;

/** What a shard needs for admission and the main object has. */
export interface MainObject {
  /** Asks for what is not known of these Namespaces and of the configuration. To be awaited before a transaction. */
  ensure(namespaces: readonly string[]): Promise<void>;
  get(key: ObjectKey): KubernetesObject | undefined;
  /** Undefined for what this object has itself. */
  list(resource: string, namespace?: string): readonly KubernetesObject[] | undefined;
  /** Webhooks, policies and their parameters, FlowSchemas and priority levels. */
  configuration: Mirror;
}

/**
 * Remembers for a moment the Namespaces that are there. One that is absent or on its way out is asked for again each
 * time, so that a new one works at once. The configuration comes along when it has changed.
 */
export function createMainObject(deps: { client: Pick<ClusterAuthority, 'context'>; now(): number }): MainObject {
  const known = new Map<string, { namespace: KubernetesObject; until: number }>();
  const configuration = createMirror();
  let version: string | undefined;
  let currentUntil = 0;
  let first: Promise<void> | undefined;

  async function ask(names: readonly string[]): Promise<void> {
    const answer = await deps.client.context({ namespaces: names, configuration: version });
    const until = deps.now() + rememberMs;
    if (known.size + names.length > maxRemembered) known.clear();
    for (const [index, name] of names.entries()) {
      const namespace = answer.namespaces[index];
      if (!namespace) known.delete(name);
      else known.set(name, { namespace, until: namespace.metadata.deletionTimestamp ? 0 : until });
    }
    currentUntil = until;
    if (!answer.configuration) return;
    version = answer.configuration.version;
    configuration.replace(answer.configuration.objects);
  }

  return {
    configuration,
    async ensure(names) {
      // While nothing is known yet one asks for everything, and the others then only for what is theirs.
      if (version === undefined && first) await first;
      const wanted = [...new Set(names)].filter((name) => name !== '' && (known.get(name)?.until ?? 0) <= deps.now());
      if (wanted.length === 0 && currentUntil > deps.now()) return;
      const asking = ask(wanted);
      first ??= asking.catch(() => undefined);
      try {
        await asking;
      } finally {
        first = undefined;
      }
    },
    get(key) {
      if (key.resource === 'namespaces') return known.get(key.name)?.namespace;
      const stored = configuration.get(key);
      return stored && (JSON.parse(stored.json) as KubernetesObject);
    },
    list(resource, namespace) {
      if (!configuration.has(resource)) return undefined;
      return configuration.list({ resource, namespace }).items.map(({ json }) => JSON.parse(json) as KubernetesObject);
    },
  };
}
