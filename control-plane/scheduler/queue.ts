import type { Pod } from '../../shared/api/object.ts';
import { isSameRequest } from './pending.ts';
import { type PendingPod, pendingPod } from './pod-info.ts';

export interface QueuedPod {
  info: PendingPod;
  /** What its status and events about it are written from, as last seen: thousands may wait, so not all of the object. */
  pod: Pod;
  /** Decisions so far that found no node. */
  attempts: number;
  /** Order of arrival. */
  sequence: number;
  /** Epoch ms before which it is not tried again. */
  notBefore: number;
  state: 'active' | 'backoff' | 'unschedulable';
}

const firstBackoffMs = 1000;
const maximumBackoffMs = 10_000;

/**
 * Pods that wait for a node. *Active* ones are to be tried now, those of higher priority first and then in order of
 * arrival; *unschedulable* ones wait until something changes that might help; then they are active again, or in
 * *back-off* if they were tried just now.
 */
export class SchedulingQueue {
  readonly #pods = new Map<string, QueuedPod>();
  #sequence = 0;

  /** A new Pod, or a new state of one; a changed spec or label is a reason to try again, a changed status is not. */
  put(object: Pod): QueuedPod {
    const info = pendingPod(object);
    const pod = extract(object);
    const known = this.#pods.get(info.key);
    if (!known || known.info.uid !== info.uid) {
      const sequence = this.#sequence++;
      const queued: QueuedPod = { info, pod, attempts: 0, sequence, notBefore: 0, state: 'active' };
      this.#pods.set(info.key, queued);
      return queued;
    }
    if (!isSameRequest(known.info, info)) known.state = 'active';
    known.pod = pod;
    known.info = info;
    return known;
  }

  remove(key: string): void {
    this.#pods.delete(key);
  }

  get(key: string): QueuedPod | undefined {
    return this.#pods.get(key);
  }

  /** The next ones to try, at most `limit`. They stay in the queue until they are bound. */
  take(limit: number): QueuedPod[] {
    return [...this.#pods.values()]
      .filter(({ state }) => state === 'active')
      .sort((a, b) => b.info.priority - a.info.priority || a.sequence - b.sequence)
      .slice(0, limit);
  }

  /** No node now; tried again when something helpful happens. */
  unschedulable(queued: QueuedPod, nowMs: number): void {
    this.#postpone(queued, nowMs);
    queued.state = 'unschedulable';
  }

  /** Tried again after a while by itself: the binding failed. */
  retry(queued: QueuedPod, nowMs: number): void {
    this.#postpone(queued, nowMs);
    queued.state = 'backoff';
  }

  /** What this Pod waited for may have come: it is tried at once, unless it was refused just now for another reason. */
  activate(key: string): void {
    const queued = this.#pods.get(key);
    if (queued?.state === 'unschedulable') queued.state = 'active';
  }

  /** Something changed that may help. */
  activateUnschedulable(mayHelp: (pod: PendingPod) => boolean = () => true): void {
    for (const queued of this.#pods.values()) {
      if (queued.state === 'unschedulable' && mayHelp(queued.info)) queued.state = 'backoff';
    }
  }

  /** Moves those on whose back-off is over; when the next one is, in epoch ms. */
  releaseBackoff(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const queued of this.#pods.values()) {
      if (queued.state !== 'backoff') continue;
      if (queued.notBefore <= nowMs) queued.state = 'active';
      else next = Math.min(next ?? queued.notBefore, queued.notBefore);
    }
    return next;
  }

  #postpone(queued: QueuedPod, nowMs: number): void {
    queued.notBefore = nowMs + Math.min(firstBackoffMs * 2 ** queued.attempts, maximumBackoffMs);
    queued.attempts++;
  }
}

function extract({ apiVersion, kind, metadata, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion } = metadata;
  const { conditions, nominatedNodeName } = status ?? {};
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion },
    status: { conditions, nominatedNodeName },
  };
}
