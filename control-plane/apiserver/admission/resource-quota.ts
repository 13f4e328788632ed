import type { KubernetesObject, ObjectKey, ResourceQuota } from '../../../shared/api/object.ts';
import { addAmounts, amountsOf, textsOf } from '../../../shared/kinds/resources/amounts.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { refusal } from './refuse.ts';
import { type Charge, chargesFor } from './resource-quota/charge.ts';

/**
 * Nothing is let in that exceeds a quota of its namespace, and what is let in is charged in the same transaction as it
 * is stored, so that the sum is exact however many ask at once. What leaves again is found by the controller, which
 * counts anew.
 */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  operations: ['CREATE', 'UPDATE'],
  validate(request) {
    const { kind, namespace, object, old, nowMs } = request;
    if (!namespace || !object || kind.quota?.isExempt) return;
    if (old && !kind.quota?.isChargedFor?.(object, old)) return;
    const quotas = request.list('resourcequotas', namespace) as unknown as ResourceQuota[];
    if (quotas.length === 0) return;
    const outcome = chargesFor(quotas, { kind, object, old, nowMs });
    if ('refusal' in outcome) throw refusal(request, outcome.refusal);
    for (const charge of outcome.charges) add(request, charge);
  },
};

function add({ alongside, namespace }: AdmissionRequest, { name, amounts }: Charge): void {
  const key: ObjectKey = { resource: 'resourcequotas', namespace, name };
  alongside(key, (object: KubernetesObject) => {
    const quota = object as unknown as ResourceQuota;
    quota.status = { ...quota.status, used: textsOf(addAmounts(amountsOf(quota.status?.used), amounts)) };
  });
}
