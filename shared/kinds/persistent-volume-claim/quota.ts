import type { PersistentVolumeClaim } from '../../api/object.ts';
import { parseQuantity, type Quantity } from '../../api/quantity.ts';
import type { QuotaPolicy } from '../define-kind.ts';
import { selectsClass } from '../quota/scope.ts';
import { attributesClassesOf, storageClassOf } from './class.ts';

const one = parseQuantity('1');
const limited = ['persistentvolumeclaims', 'requests.storage'];
/** `gold.storageclass.storage.k8s.io/requests.storage` limits what is claimed of one class. */
const ofClass = '.storageclass.storage.k8s.io/';

export const claimQuota: QuotaPolicy<PersistentVolumeClaim> = {
  tracks: (resource) => limited.some((name) => resource === name || resource.endsWith(`${ofClass}${name}`)),
  usage(claim) {
    const size = sizeOf(claim);
    const usage = { persistentvolumeclaims: one, ...(size ? { 'requests.storage': size } : {}) };
    const storageClass = storageClassOf(claim);
    if (!storageClass) return usage;
    const byClass = Object.entries(usage).map(([name, amount]) => [`${storageClass}${ofClass}${name}`, amount]);
    return { ...usage, ...Object.fromEntries(byClass) };
  },
  isInScope(claim, scope) {
    if (scope.scopeName !== 'VolumeAttributesClass') return false;
    const names = attributesClassesOf(claim);
    if (scope.operator === 'Exists') return names.length > 0;
    return names.length > 0 ? names.some((name) => selectsClass(scope, name)) : selectsClass(scope, undefined);
  },
  isChargedFor: () => true,
};

/** In whole bytes: what is asked for, or what an expansion under way has set aside. */
function sizeOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const requested = spec?.resources?.requests?.storage;
  if (requested === undefined) return undefined;
  const sizes = [requested, status?.allocatedResources?.storage ?? '0'].map(parseQuantity).map(inBytes);
  return sizes[1]!.nano > sizes[0]!.nano ? sizes[1] : sizes[0];
}

function inBytes(size: Quantity): Quantity {
  const rest = size.nano % one.nano;
  return rest > 0n ? { ...size, nano: size.nano - rest + one.nano } : size;
}
