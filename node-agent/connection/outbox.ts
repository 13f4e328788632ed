import type { Event, PodStatus } from '../../shared/api/object.ts';
import type { ReportMessage } from '../../shared/protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { PodRef } from '../pods/identity.ts';

export interface Outbox {
  podStatus(ref: PodRef, status: PodStatus): void;
  podRemoved(ref: PodRef): void;
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
/** Per report, so that one frame stays small; and kept at most while the control plane is away. */
const statusesPerReport = 500;
const eventsPerReport = 500;
const eventsKept = 2_000;

interface Pending {
  statuses: Map<string, { pod: PodRef; status: PodStatus }>;
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
  let cancelTimer: (() => void) | undefined;
  let seq = 0;

  function schedule(): void {
    if (!send || underWay || cancelTimer || isEmptyPending(pending)) return;
    cancelTimer = clock.after(gatherMs, flush);
  }

  function flush(): void {
    cancelTimer = undefined;
    if (!send || underWay || isEmptyPending(pending)) return;
    seq += 1;
    const content = takeSome(pending);
    underWay = { seq, content };
    send(reportOf(seq, content));
  }

  function stopTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  return {
    podStatus(pod, status) {
      pending.statuses.set(pod.uid, { pod, status });
      schedule();
    },
    podRemoved(pod) {
      pending.removed.set(pod.uid, pod);
      schedule();
    },
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
      schedule();
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

/** Moves the oldest content out of `pending`. A Pod is removed only after all its statuses have gone. */
function takeSome(pending: Pending): Pending {
  const taken = nothing();
  taken.nodeStatus = pending.nodeStatus;
  pending.nodeStatus = undefined;
  move(pending.statuses, taken.statuses, statusesPerReport);
  if (pending.statuses.size === 0) move(pending.removed, taken.removed, statusesPerReport);
  move(pending.events, taken.events, eventsPerReport);
  return taken;
}

function move<T>(from: Map<string, T>, to: Map<string, T>, count: number): void {
  for (const [key, value] of from) {
    if (to.size >= count) return;
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
