import type { KubernetesObject, PersistentVolumeClaim } from '../../../shared/api/object.ts';
import { parseQuantity } from '../../../shared/api/quantity.ts';
import { storageClassOf } from '../../../shared/kinds/persistent-volume-claim/class.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { refusal } from './refuse.ts';

/** A claim grows only if there is a volume behind it that its class can make larger. */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  operations: ['UPDATE'],
  resources: ['persistentvolumeclaims'],
  validate(request) {
    const [claim, old] = [request.object, request.old] as unknown as [PersistentVolumeClaim, PersistentVolumeClaim];
    if (sizeOf(claim) <= sizeOf(old)) return;
    if (old.status?.phase !== 'Bound') throw refusal(request, 'Only bound persistent volume claims can be expanded');
    if (isExpandable(request, claim, old)) return;
    throw refusal(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

function sizeOf({ spec }: PersistentVolumeClaim): bigint {
  return parseQuantity(spec?.resources?.requests?.storage ?? '0').nano;
}

function isExpandable({ get }: AdmissionRequest, claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = storageClassOf(claim);
  if (!name || name !== storageClassOf(old)) return false;
  const found: (KubernetesObject & { allowVolumeExpansion?: boolean }) | undefined = get({
    resource: 'storageclasses.storage.k8s.io',
    namespace: '',
    name,
  });
  return found?.allowVolumeExpansion === true;
}
