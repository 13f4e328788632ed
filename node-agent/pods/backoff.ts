/** The kubelet's back-off for restarts and image pulls: 10 s, doubling up to 5 minutes, forgotten after 10 minutes of peace. */
export const initialBackOffMs = 10_000;
export const maximumBackOffMs = 300_000;
const forgetAfterMs = 2 * maximumBackOffMs;

export interface BackOff {
  delayMs: number;
  /** When it was last raised: the time of the failure, in milliseconds. */
  raisedAt: number;
}

/** The back-off after a failure at `failedAt`. */
export function raiseBackOff(backOff: BackOff | undefined, failedAt: number): BackOff {
  if (!backOff || failedAt - backOff.raisedAt > forgetAfterMs) return { delayMs: initialBackOffMs, raisedAt: failedAt };
  return { delayMs: Math.min(backOff.delayMs * 2, maximumBackOffMs), raisedAt: failedAt };
}

/** When what failed at `failedAt` may be tried again; at once the first time. */
export function retryAfter(backOff: BackOff | undefined, failedAt: number): number {
  if (!backOff || failedAt - backOff.raisedAt > forgetAfterMs) return failedAt;
  return failedAt + backOff.delayMs;
}
