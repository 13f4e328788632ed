import type { V1SeccompProfile } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { Container, PodSpec, Wire } from '../../api/object.ts';
import { maxInt32, validateRange } from './numbers.ts';
import { validateRelativePath } from './paths.ts';
import { validateSysctls } from './validate-sysctls.ts';

const seccompTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const groupChangePolicies = ['OnRootMismatch', 'Always'];

/** `path` is that of the spec. */
export function validatePodSecurity(spec: PodSpec, path: string): FieldError[] {
  const context = spec.securityContext;
  const errors: FieldError[] = [];
  const at = `${path}.securityContext`;
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'] as const) {
    errors.push(...validateRange(context?.[field], 0, maxInt32, `${at}.${field}`));
  }
  for (const [index, group] of (context?.supplementalGroups ?? []).entries()) {
    errors.push(...validateRange(group, 0, maxInt32, `${at}.supplementalGroups[${index}]`));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalidValue(`${at}.shareProcessNamespace`, true, detail));
  }
  errors.push(...validateSysctls(spec, `${at}.sysctls`));
  const policy = context?.fsGroupChangePolicy;
  if (policy !== undefined && !groupChangePolicies.includes(policy)) {
    errors.push(notSupported(`${at}.fsGroupChangePolicy`, policy, groupChangePolicies));
  }
  return [...errors, ...validateSeccomp(context?.seccompProfile, `${at}.seccompProfile`)];
}

export function validateContainerSecurity(context: Container['securityContext'], path: string): FieldError[] {
  if (!context) return [];
  const errors = [
    ...validateRange(context.runAsUser, 0, maxInt32, `${path}.runAsUser`),
    ...validateRange(context.runAsGroup, 0, maxInt32, `${path}.runAsGroup`),
    ...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`),
  ];
  if (context.allowPrivilegeEscalation !== false) return errors;
  const contradiction = context.privileged
    ? '`privileged` to true'
    : context.capabilities?.add?.includes('CAP_SYS_ADMIN')
      ? '`capabilities.Add` CAP_SYS_ADMIN'
      : undefined;
  if (!contradiction) return errors;
  const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${contradiction}`;
  return [...errors, invalidValue(path, context, detail)];
}

function validateSeccomp(profile: Wire<V1SeccompProfile> | undefined, path: string): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  if (!type) return [required(`${path}.type`, 'type is required when seccompProfile is set')];
  if (!seccompTypes.includes(type)) return [notSupported(`${path}.type`, type, seccompTypes)];
  const at = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return [];
    return [invalidValue(at, localhostProfile, 'can only be set when seccomp type is Localhost')];
  }
  if (!localhostProfile) return [required(at, 'must be set when seccomp type is Localhost')];
  return validateRelativePath(localhostProfile, at);
}
