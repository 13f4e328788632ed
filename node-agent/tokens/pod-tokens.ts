import type { Pod } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import { ControlPlaneAway, type IssuedToken, type WantedToken } from './token-requests.ts';

/** What a `serviceAccountToken` source of a volume asks for. */
export interface TokenSource {
  audience?: string;
  expirationSeconds?: number;
}

/** The tokens that the volumes of this node's Pods hold. */
export interface PodTokens {
  /**
   * A token for the Pod's ServiceAccount with enough of its life left. `present` is what the volume holds from before:
   * better than nothing while no new one is to be had. Undefined when there is none and the control plane is away: a
   * node starts its Pods again without it, after a power cut, say. Rejects when the control plane gives none.
   */
  get(pod: Pod, source: TokenSource, present: string | undefined): Promise<string | undefined>;
  /** The Pod is gone from this node. */
  forget(uid: string): void;
  close(): void;
}

export interface PodTokensDeps {
  clock: Clock;
  log: Log;
  /** A number from 0 up to 1. */
  random(): number;
  request(wanted: WantedToken): Promise<IssuedToken>;
  /** A volume of the Pod holds a token that is due to be replaced. */
  due(uid: string): void;
}

/** As the kubelet: a token is replaced when four fifths of its life are over, and once a day at the latest. */
const usedShare = 0.8;
const longestUseMs = 24 * 3600_000;
/** Tokens of Pods that started together are not replaced together. */
const jitterMs = 10_000;
const retryMs = 30_000;
const defaultSeconds = 3600;

interface Held extends IssuedToken {
  replaceAtMs: number;
}

export function createPodTokens({ clock, log, random, request, due }: PodTokensDeps): PodTokens {
  /** By Pod, then by what the source asks for. */
  const held = new Map<string, Map<string, Held>>();
  const timers = new Map<string, { atMs: number; cancel(): void }>();

  /** Tells when the earliest of the Pod's tokens is due. */
  function remind(uid: string, atMs: number): void {
    const set = timers.get(uid);
    if (set && set.atMs <= atMs && set.atMs > clock.now()) return;
    set?.cancel();
    const cancel = clock.after(Math.max(0, atMs - clock.now()), () => {
      timers.delete(uid);
      due(uid);
    });
    timers.set(uid, { atMs, cancel });
  }

  async function fetchToken(pod: Pod, { audience, expirationSeconds = defaultSeconds }: TokenSource): Promise<Held> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const askedMs = clock.now();
    const issued = await request({
      namespace,
      serviceAccount: pod.spec?.serviceAccountName ?? '',
      pod: { name, uid },
      ...(audience ? { audience } : {}),
      expirationSeconds,
    });
    const useMs = Math.min((issued.expiresMs - askedMs) * usedShare, longestUseMs);
    return { ...issued, replaceAtMs: askedMs + useMs - random() * Math.min(jitterMs, useMs / 10) };
  }

  return {
    async get(pod, source, present) {
      const uid = pod.metadata.uid ?? '';
      const key = JSON.stringify([source.audience, source.expirationSeconds]);
      const known = held.get(uid)?.get(key);
      if (known && known.replaceAtMs > clock.now()) {
        remind(uid, known.replaceAtMs);
        return known.token;
      }
      try {
        const fresh = await fetchToken(pod, source);
        held.set(uid, (held.get(uid) ?? new Map()).set(key, fresh));
        remind(uid, fresh.replaceAtMs);
        return fresh.token;
      } catch (error) {
        const last = known ?? { token: present ?? '', expiresMs: expiryOf(present ?? '') };
        const isGood = last.expiresMs > clock.now();
        if (!isGood && !(error instanceof ControlPlaneAway)) {
          throw new Error(`failed to fetch token: ${textOf(error)}`, { cause: error });
        }
        const fields = { pod: pod.metadata.name, error: textOf(error) };
        log.warn(fields, isGood ? 'a token could not be replaced; the old one stays' : 'a Pod has no token for now');
        remind(uid, clock.now() + retryMs);
        return isGood ? last.token : undefined;
      }
    },
    forget(uid) {
      held.delete(uid);
      timers.get(uid)?.cancel();
      timers.delete(uid);
    },
    close() {
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
}

/** When a token stops working, by its own word; epoch ms. Zero for what is no token. */
function expiryOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}
