import type { ValidatingAdmissionPolicy } from '../../shared/api/object.ts';
import { typeWarnings } from './admission-policies/type-check.ts';
import { defineController } from './runtime/controller.ts';
import { sameObject, writeAll } from './runtime/write.ts';

const resource = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/** Tells in the status of a policy what in its expressions does not go with the kinds that it is about. Key: its name. */
export default defineController({
  name: 'validatingadmissionpolicy-status',
  watches: [
    {
      resource,
      toKeys({ type, object }) {
        const policy = object as ValidatingAdmissionPolicy;
        return type === 'DELETED' || isChecked(policy) ? [] : [policy.metadata.name ?? ''];
      },
    },
  ],
  async reconcile(name, { client, kinds }) {
    const key = { resource, namespace: '', name };
    const policy = await client.get<ValidatingAdmissionPolicy>(key);
    if (!policy || isChecked(policy)) return undefined;
    const expressionWarnings = typeWarnings(policy, kinds);
    const status = {
      observedGeneration: policy.metadata.generation,
      typeChecking: { expressionWarnings: expressionWarnings.length > 0 ? expressionWarnings : null },
    };
    const preconditions = sameObject(policy);
    await writeAll(client, [{ verb: 'patch', key, subresource: 'status', patch: { status }, preconditions }]);
    return undefined;
  },
});

function isChecked({ metadata, status }: ValidatingAdmissionPolicy): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}
