import type { StorageV1TokenRequest } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, notSupported } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { CSIDriver } from '../../api/object.ts';
import { validateImmutableField } from '../../api/validation.ts';

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const lifecycleModes = ['Persistent', 'Ephemeral'];
const minimumTokenSeconds = 600;
const minimumPeriodSeconds = 10;

export function validateCSIDriver({ spec = {} }: CSIDriver): FieldError[] {
  const { fsGroupPolicy, tokenRequests = [], volumeLifecycleModes = [] } = spec;
  const { nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets } = spec;
  const errors: FieldError[] = [];
  if (fsGroupPolicy !== undefined && !groupPolicies.includes(fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, groupPolicies));
  }
  errors.push(...validateTokenRequests(tokenRequests, 'spec.tokenRequests'));
  for (const mode of volumeLifecycleModes) {
    if (!lifecycleModes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, lifecycleModes));
  }
  if (period !== undefined && period < minimumPeriodSeconds) {
    const path = 'spec.nodeAllocatableUpdatePeriodSeconds';
    errors.push(invalidValue(path, period, 'must be greater than or equal to 10 seconds'));
  }
  if (inSecrets === undefined || tokenRequests.length > 0) return errors;
  const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
  return [...errors, invalidValue('spec.serviceAccountTokenInSecrets', inSecrets, detail)];
}

function validateTokenRequests(requests: readonly StorageV1TokenRequest[], path: string): FieldError[] {
  const audiences = new Set<string>();
  return requests.flatMap(({ audience = '', expirationSeconds: seconds }, index) => {
    if (audiences.has(audience)) return [duplicate(`${path}[${index}].audience`, audience)];
    audiences.add(audience);
    if (seconds === undefined) return [];
    const refuse = (why: string) => [invalidValue(`${path}[${index}].expirationSeconds`, seconds, why)];
    if (seconds < minimumTokenSeconds) return refuse('may not specify a duration less than 10 minutes');
    return seconds > 2 ** 32 ? refuse('may not specify a duration larger than 2^32 seconds') : [];
  });
}

/** Volumes have been attached by these rules. */
export function validateCSIDriverUpdate({ spec: next = {} }: CSIDriver, { spec: old = {} }: CSIDriver): FieldError[] {
  const modes = 'volumeLifecycleModes';
  return [
    // The name of the field is misspelt by Kubernetes.
    ...validateImmutableField(next.attachRequired, old.attachRequired, 'spec.attachedRequired'),
    ...validateImmutableField(next[modes], old[modes], `spec.${modes}`),
  ];
}

const recommendation =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

export function csiDriverWarnings({ spec = {} }: CSIDriver, old?: CSIDriver): string[] {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = spec;
  if (tokenRequests.length === 0 || serviceAccountTokenInSecrets !== undefined) return [];
  return old && jsonEqual(tokenRequests, old.spec?.tokenRequests) ? [] : [recommendation];
}
