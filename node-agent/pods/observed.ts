import type { ContainerRecord, ContainerRuntime } from '../runtime/container-runtime.ts';
import { containerLabels, type ObservedPod, observedPod, podContainer } from './identity.ts';

export interface ObservedDeps {
  runtime: ContainerRuntime;
  nodeName: string;
  /** Something about a Pod's containers is different now. */
  changed(uid: string): void;
}

/** What the engine holds of this node's Pods: read once as a whole, then container by container as it changes. */
export interface Observed {
  /** Reads everything again. Throws what the runtime throws, and keeps what it had. */
  relist(): Promise<void>;
  /** Reads one container again. */
  refresh(id: string): Promise<void>;
  /** Runs a start of the agent's own, which `refresh` is to follow: the engine's event about it is no news. */
  starting(id: string, start: () => Promise<void>): Promise<void>;
  forget(id: string): void;
  /** An event of the engine. */
  event(event: { type: 'started' | 'died' | 'removed'; id: string }): Promise<void>;
  pod(uid: string): ObservedPod;
  uids(): Set<string>;
}

const inspectsInFlight = 8;

/**
 * Invariant: of two answers about one container, the one whose question was asked later stays, whichever arrives last.
 */
export function createObserved({ runtime, nodeName, changed }: ObservedDeps): Observed {
  const records = new Map<string, { record: ContainerRecord; asked: number }>();
  const byPod = new Map<string, Map<string, ContainerRecord>>();
  const ownStarts = new Set<string>();
  let clock = 0;

  function forget(id: string): void {
    ownStarts.delete(id);
    const known = records.get(id);
    if (!known) return;
    records.delete(id);
    const uid = podContainer(known.record).pod.uid;
    byPod.get(uid)?.delete(id);
    if (byPod.get(uid)?.size === 0) byPod.delete(uid);
    changed(uid);
  }

  function remember(record: ContainerRecord, asked: number): void {
    const known = records.get(record.id);
    if (known && known.asked > asked) return;
    records.set(record.id, { record, asked });
    const { uid } = podContainer(record).pod;
    const pod = byPod.get(uid) ?? new Map<string, ContainerRecord>();
    byPod.set(uid, pod.set(record.id, record));
    changed(uid);
  }

  async function refresh(id: string): Promise<void> {
    clock += 1;
    const asked = clock;
    try {
      const record = await runtime.inspect(id);
      if (record) remember(record, asked);
      else forget(id);
    } finally {
      ownStarts.delete(id);
    }
  }

  return {
    refresh,
    forget,
    async starting(id, start) {
      ownStarts.add(id);
      try {
        await start();
      } catch (error) {
        ownStarts.delete(id);
        throw error;
      }
    },
    async relist() {
      clock += 1;
      const asked = clock;
      const ids = await runtime.list({ [containerLabels.node]: nodeName });
      const pending = [...ids];
      const work = async () => {
        for (let id = pending.pop(); id !== undefined; id = pending.pop()) await refresh(id);
      };
      await Promise.all(Array.from({ length: inspectsInFlight }, work));
      const present = new Set(ids);
      for (const [id, known] of [...records]) if (!present.has(id) && known.asked < asked) forget(id);
    },
    async event({ type, id }) {
      if (type === 'removed') return forget(id);
      // The agent itself looks after it has started a container; only what it did not start is news.
      const isKnown = ownStarts.has(id) || records.get(id)?.record.state === 'running';
      if (type === 'started' && isKnown) return;
      await refresh(id);
    },
    pod: (uid) => observedPod(byPod.get(uid)?.values() ?? []),
    uids: () => new Set(byPod.keys()),
  };
}
