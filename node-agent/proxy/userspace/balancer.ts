import type { Backend } from '../targets.ts';

/** Picks backends in turn; with affinity, a client keeps its backend until it has been silent for the given time. */
export interface Balancer {
  /** Backends in the order in which to try them; empty when there are none. */
  pick(client: string): Backend[];
  /** True while this backend may get traffic. */
  offers(backend: Backend): boolean;
  update(backends: readonly Backend[], affinitySeconds: number | undefined): void;
}

const maxRemembered = 10_000;

export function createBalancer(now: () => number): Balancer {
  let backends: readonly Backend[] = [];
  let affinityMs: number | undefined;
  let turn = 0;
  /** Client address to its backend, least recently seen first. */
  const remembered = new Map<string, { backend: Backend; seenAt: number }>();

  const same = (a: Backend, b: Backend) => a.ip === b.ip && a.port === b.port;

  function stickyFirst(client: string, order: Backend[]): Backend[] {
    const known = remembered.get(client);
    const valid =
      known &&
      affinityMs !== undefined &&
      now() - known.seenAt <= affinityMs &&
      order.some((item) => same(item, known.backend));
    const chosen = valid ? known.backend : (order[0] as Backend);
    remembered.delete(client);
    remembered.set(client, { backend: chosen, seenAt: now() });
    if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value as string);
    return [chosen, ...order.filter((item) => !same(item, chosen))];
  }

  return {
    pick(client) {
      if (backends.length === 0) return [];
      const start = turn++ % backends.length;
      const order = [...backends.slice(start), ...backends.slice(0, start)];
      return affinityMs === undefined ? order : stickyFirst(client, order);
    },
    offers: (backend) => backends.some((item) => same(item, backend)),
    update(next, affinitySeconds) {
      backends = next;
      affinityMs = affinitySeconds === undefined ? undefined : affinitySeconds * 1000;
      if (affinityMs === undefined) remembered.clear();
    },
  };
}
