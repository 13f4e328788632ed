import type { Event, PodStatus } from '../../shared/api/object.ts';
import type { ReportMessage } from '../../shared/protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { PodRef } from '../pods/identity.ts';

export interface Outbox {
  /** `patienceMs`: how long it may wait for one that replaces it. */
  podStatus(ref: PodRef, status: PodStatus, options?: { patienceMs: number }): void;
  /** The Pod's last status goes with it, in one report. */
  podRemoved(ref: PodRef): void;
  /** A status of this Pod waits to be sent or acknowledged. */
  hasStatus(uid: string): boolean;
  nodeStatus(status: Record<string, unknown>): void;
  event(event: Event): void;
  /** The control plane listens: what is not acknowledged goes (again). */
  connected(send: (report: ReportMessage) => void): void;
  disconnected(): void;
  /** Returns the Pods that the report was about. */
  acknowledged(seq: number): PodRef[];
  /** Nothing waits to be sent or acknowledged. */
  isEmpty(): boolean;
}

/** Changes within this time travel together. */
const gatherMs = 20;
/** Events wait this long for company, since nothing waits for them. */
const eventPatienceMs = 500;
/** Per report, so that one frame stays small; and kept at most while the control plane is away. */
const statusesPerReport = 500;
const eventsPerReport = 500;
const eventsKept = 2_000;

interface Pending {
  /** By uid; `dueAt` is when it goes at the latest. */
  statuses: Map<string, { pod: PodRef; status: PodStatus; dueAt: number }>;
  removed: Map<string, PodRef>;
  nodeStatus: Record<string, unknown> | undefined;
  /** By namespace and name: a later one replaces an earlier one. */
  events: Map<string, Event>;
}

const nothing = (): Pending => ({ statuses: new Map(), removed: new Map(), nodeStatus: undefined, events: new Map() });

/**
 * What the node has to tell. Invariants: one report is under way at a time; of two statuses of one Pod only the newer is
 * kept; nothing is forgotten before it is acknowledged, except the oldest events when there are too many.
 */
export function createOutbox({ clock }: { clock: Clock }): Outbox {
  let pending = nothing();
  let underWay: { seq: number; content: Pending } | undefined;
  let send: ((report: ReportMessage) => void) | undefined;
  let timer: { at: number; cancel(): void } | undefined;
  let seq = 0;

  /** Sends after `patienceMs` at the latest. */
  function schedule(patienceMs = gatherMs): void {
    const at = clock.now() + patienceMs;
    if (!send || underWay || isEmptyPending(pending) || (timer && timer.at <= at)) return;
    timer?.cancel();
    timer = { at, cancel: clock.after(patienceMs, flush) };
  }

  function flush(): void {
    timer = undefined;
    if (!send || underWay) return;
    const content = takeSome(pending, clock.now());
    if (!isEmptyPending(content)) {
      seq += 1;
      underWay = { seq, content };
      send(reportOf(seq, content));
      return;
    }
    const next = Math.min(...[...pending.statuses.values()].map(({ dueAt }) => dueAt));
    if (Number.isFinite(next)) schedule(Math.max(0, next - clock.now()));
  }

  function stopTimer(): void {
    timer?.cancel();
    timer = undefined;
  }

  return {
    podStatus(pod, status, { patienceMs } = { patienceMs: gatherMs }) {
      // One that could wait goes no later for having been replaced.
      const waiting = pending.statuses.get(pod.uid)?.dueAt ?? Number.POSITIVE_INFINITY;
      const dueAt = Math.min(waiting, clock.now() + Math.max(patienceMs, gatherMs));
      pending.statuses.set(pod.uid, { pod, status, dueAt });
      schedule(Math.max(0, dueAt - clock.now()));
    },
    podRemoved(pod) {
      pending.removed.set(pod.uid, pod);
      const last = pending.statuses.get(pod.uid);
      if (last) last.dueAt = clock.now();
      schedule();
    },
    hasStatus: (uid) => pending.statuses.has(uid) || underWay?.content.statuses.has(uid) === true,
    nodeStatus(status) {
      pending.nodeStatus = { ...pending.nodeStatus, ...status };
      schedule();
    },
    event(event) {
      pending.events.set(`${event.metadata.namespace}/${event.metadata.name}`, event);
      for (const oldest of pending.events.keys()) {
        if (pending.events.size <= eventsKept) break;
        pending.events.delete(oldest);
      }
      schedule(eventPatienceMs);
    },
    connected(sender) {
      send = sender;
      schedule();
    },
    disconnected() {
      send = undefined;
      stopTimer();
      if (underWay) pending = merge(underWay.content, pending);
      underWay = undefined;
    },
    acknowledged(number) {
      if (underWay?.seq !== number) return [];
      const { statuses, removed } = underWay.content;
      underWay = undefined;
      schedule();
      return [...new Map([...[...statuses].map(([uid, { pod }]) => [uid, pod] as const), ...removed]).values()];
    },
    isEmpty: () => !underWay && isEmptyPending(pending),
  };
}

function isEmptyPending({ statuses, removed, nodeStatus, events }: Pending): boolean {
  return statuses.size + removed.size + events.size === 0 && nodeStatus === undefined;
}

/** Moves the oldest content that is due out of `pending`. A Pod is removed with its last status, or after it. */
function takeSome(pending: Pending, now: number): Pending {
  const taken = nothing();
  taken.nodeStatus = pending.nodeStatus;
  pending.nodeStatus = undefined;
  move(pending.statuses, taken.statuses, { count: statusesPerReport, isDue: ({ dueAt }) => dueAt <= now });
  move(pending.removed, taken.removed, { count: statusesPerReport, isDue: ({ uid }) => !pending.statuses.has(uid) });
  move(pending.events, taken.events, { count: eventsPerReport, isDue: () => true });
  return taken;
}

function move<T>(
  from: Map<string, T>,
  to: Map<string, T>,
  { count, isDue }: { count: number; isDue(value: T): boolean },
): void {
  for (const [key, value] of from) {
    if (to.size >= count) return;
    if (!isDue(value)) continue;
    to.set(key, value);
    from.delete(key);
  }
}

function merge(older: Pending, newer: Pending): Pending {
  const nodeStatus = older.nodeStatus || newer.nodeStatus ? { ...older.nodeStatus, ...newer.nodeStatus } : undefined;
  return {
    statuses: new Map([...older.statuses, ...newer.statuses]),
    removed: new Map([...older.removed, ...newer.removed]),
    nodeStatus,
    events: new Map([...older.events, ...newer.events]),
  };
}

function reportOf(seq: number, { statuses, removed, nodeStatus, events }: Pending): ReportMessage {
  return {
    type: 'report',
    seq,
    ...(statuses.size > 0
      ? { podStatuses: [...statuses.values()].map(({ pod, status }) => ({ pod: { ...pod }, status: { ...status } })) }
      : {}),
    ...(removed.size > 0 ? { podsRemoved: [...removed.values()].map((pod) => ({ ...pod })) } : {}),
    ...(nodeStatus ? { nodeStatus } : {}),
    ...(events.size > 0 ? { events: [...events.values()] as unknown as NonNullable<ReportMessage['events']> } : {}),
  };
}
