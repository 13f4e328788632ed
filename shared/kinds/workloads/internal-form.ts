import type { IntOrPercent } from './int-or-percent.ts';

/**
 * An update strategy as error messages show it: Kubernetes prints its internal struct, where fields have no JSON names
 * and every one of them is there.
 */
export function internalStrategy(
  type: string | undefined,
  rollingUpdate: { maxUnavailable?: IntOrPercent; maxSurge?: IntOrPercent } | undefined,
): object {
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  return {
    Type: type ?? '',
    RollingUpdate: rollingUpdate ? { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } : null,
  };
}
