import type { V1DeviceClaim } from '@kubernetes/client-node';
import type { Wire } from '../../api/object.ts';

/** A request is for one device unless it says otherwise. */
export function defaultDeviceClaim(claim: Wire<V1DeviceClaim> | undefined): void {
  for (const { exactly, firstAvailable = [] } of claim?.requests ?? []) {
    for (const request of exactly ? [exactly, ...firstAvailable] : firstAvailable) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
    }
  }
}
