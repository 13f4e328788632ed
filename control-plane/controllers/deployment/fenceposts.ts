import type { Deployment } from './types.ts';

/** How far a rolling update may go beyond the wanted number of Pods, in Pods. */
export interface Fenceposts {
  maxSurge: number;
  maxUnavailable: number;
}

/** Percentages are of `spec.replicas`: a surge is rounded up, unavailability down, and they are never both zero. */
export function fencepostsOf({ spec }: Deployment): Fenceposts {
  const replicas = spec?.replicas ?? 1;
  const { type, rollingUpdate } = spec?.strategy ?? {};
  if (type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = podsOf(rollingUpdate?.maxSurge, replicas, Math.ceil);
  const maxUnavailable = podsOf(rollingUpdate?.maxUnavailable, replicas, Math.floor);
  const stuck = maxSurge === 0 && maxUnavailable === 0;
  return { maxSurge, maxUnavailable: Math.min(stuck ? 1 : maxUnavailable, replicas) };
}

function podsOf(value: unknown, replicas: number, round: (pods: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value ?? '0%'))?.[1];
  return round((Number(percent ?? 0) * replicas) / 100);
}
