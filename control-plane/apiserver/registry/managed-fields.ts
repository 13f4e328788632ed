import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { WriteContext } from './write-context.ts';

/** Records in `object.metadata.managedFields` what this write changed with respect to `live`. */
export function trackUpdate(
  _context: WriteContext,
  _write: { live?: KubernetesObject; object: KubernetesObject; subresource?: string },
): void {}
