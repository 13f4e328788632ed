import type { Pod, Toleration } from '../../../shared/api/object.ts';
import type { AdmissionPlugin } from './admission.ts';

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** A Pod stays for a while on a node that is gone, in case it comes back, unless the Pod says otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  admit({ object, settings }) {
    const { spec } = object as Pod;
    if (!spec) return;
    const present = spec.tolerations ?? [];
    const missing = taints.filter((taint) => !present.some((toleration) => tolerates(toleration, taint)));
    if (missing.length === 0) return;
    spec.tolerations = [
      ...present,
      ...missing.map((key) => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: settings.defaultTolerationSeconds,
      })),
    ];
  },
};

function tolerates({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
