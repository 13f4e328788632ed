import type { TokenMessage, TokenRequestMessage } from '../../shared/protocol/messages.ts';
import type { Clock } from '../clock.ts';

export interface WantedToken {
  namespace: string;
  serviceAccount: string;
  pod: { name: string; uid: string };
  /** Absent: the API. */
  audience?: string;
  expirationSeconds: number;
}

export interface IssuedToken {
  token: string;
  /** When its holder should be done with it; epoch ms. */
  expiresMs: number;
}

/** Asks the control plane for tokens over the control connection. */
export interface TokenRequests {
  /** Rejects with what the control plane says, or when it has not answered in time. */
  request(wanted: WantedToken): Promise<IssuedToken>;
  answered(message: TokenMessage): void;
  /** The control plane listens: what has no answer is asked (again). */
  connected(send: (message: TokenRequestMessage) => void): void;
  disconnected(): void;
}

/** There is no connection to the control plane, and one did not come about in time. */
export class ControlPlaneAway extends Error {
  override readonly name = 'ControlPlaneAway';
}

/** Long enough for a connection that is being made anew; whoever waits for a volume does not wait longer. */
const patienceMs = 10_000;

interface Pending {
  message: TokenRequestMessage;
  resolve(token: IssuedToken): void;
  reject(error: Error): void;
}

export function createTokenRequests({ clock }: { clock: Clock }): TokenRequests {
  const pending = new Map<number, Pending>();
  let send: ((message: TokenRequestMessage) => void) | undefined;
  let lastId = 0;

  return {
    request(wanted) {
      lastId += 1;
      const id = lastId;
      const { promise, resolve, reject } = Promise.withResolvers<IssuedToken>();
      const message: TokenRequestMessage = { type: 'requestToken', id, ...wanted };
      pending.set(id, { message, resolve, reject });
      const cancel = clock.after(patienceMs, () => {
        pending.delete(id);
        reject(send ? new Error('the control plane does not answer') : new ControlPlaneAway('not connected'));
      });
      send?.(message);
      return promise.finally(cancel);
    },
    answered({ id, token, expirationTimestamp = '', error }) {
      const asked = pending.get(id);
      pending.delete(id);
      const expiresMs = Date.parse(expirationTimestamp);
      if (token && !Number.isNaN(expiresMs)) asked?.resolve({ token, expiresMs });
      else asked?.reject(new Error(error?.message ?? 'the control plane sent no token'));
    },
    connected(sender) {
      send = sender;
      for (const { message } of pending.values()) send(message);
    },
    disconnected() {
      send = undefined;
    },
  };
}
