import type { FieldError } from '../../api/errors.ts';
import { invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { PodSpec } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain, checkQualifiedName, validateLabels } from '../../api/validation.ts';
import { maxInt32, validateRange } from './numbers.ts';
import { validateAffinity } from './validate-affinity.ts';
import { validateContainers, validateInitContainers } from './validate-containers.ts';
import { validateDNS, validateHostAliases } from './validate-dns.ts';
import { validateTolerations, validateTopologySpread } from './validate-scheduling.ts';
import { validatePodSecurity } from './validate-security.ts';
import { validateVolumes } from './validate-volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

/** The spec of a Pod or of a template, defaults filled in. `path` is where it is: `spec`, `spec.template.spec`. */
export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`);
  return [
    ...volumes.errors,
    ...validateContainers(spec, volumes.valid, `${path}.containers`),
    ...validateInitContainers(spec, volumes.valid, `${path}.initContainers`),
    ...oneOf(spec.restartPolicy, restartPolicies, `${path}.restartPolicy`),
    ...validateDNS(spec, path),
    ...validateLabels(spec.nodeSelector ?? {}, `${path}.nodeSelector`),
    ...validatePodSecurity(spec, path),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateGates(spec, path),
    ...validateTopologySpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateNames(spec, path),
    ...validateRange(spec.activeDeadlineSeconds, 1, maxInt32, `${path}.activeDeadlineSeconds`),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
    ...validateHostAliases(spec.hostAliases ?? [], `${path}.hostAliases`),
    ...(spec.preemptionPolicy === undefined
      ? []
      : oneOf(spec.preemptionPolicy, preemptionPolicies, `${path}.preemptionPolicy`)),
  ];
}

function oneOf(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  if (!value) return [required(path)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

/** Names of other objects, and those that the Pod has in DNS. */
function validateNames(spec: PodSpec, path: string): FieldError[] {
  const subdomains = ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const;
  const labels = ['hostname', 'subdomain'] as const;
  return [
    ...subdomains.flatMap((field) => check(spec[field], checkDNS1123Subdomain, `${path}.${field}`)),
    ...labels.flatMap((field) => check(spec[field], checkDNS1123Label, `${path}.${field}`)),
  ];
}

function check(value: string | undefined, rule: (value: string) => readonly string[], path: string): FieldError[] {
  return value ? invalidValues(path, value, rule(value)) : [];
}

function validateGates({ readinessGates = [], schedulingGates = [] }: PodSpec, path: string): FieldError[] {
  return [
    ...readinessGates.flatMap(({ conditionType }, index) => {
      const at = `${path}.readinessGates[${index}].conditionType`;
      return invalidValues(at, conditionType, checkQualifiedName(conditionType));
    }),
    ...schedulingGates.flatMap(({ name }, index) =>
      invalidValues(`${path}.schedulingGates[${index}]`, name, checkQualifiedName(name)),
    ),
  ];
}
