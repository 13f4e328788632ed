import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { StatefulSet } from '../../api/object.ts';
import { checkDNS1123Label, validateAnnotations, validateLabels } from '../../api/validation.ts';
import { validateClaimSpec } from '../persistent-volume-claim/validate-spec.ts';
import type { PodTemplate } from '../pod-spec/defaults.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';
import { isUsableSelector, selectorValue, validateControllerSelector } from '../workloads/selector.ts';
import { validateCollisions, validateCounts, validateParts } from '../workloads/validate-counts.ts';
import { validateLongRunning, validateSelected } from '../workloads/validate-template.ts';
import { validateUpdateStrategy } from './validate-update-strategy.ts';

type Spec = NonNullable<StatefulSet['spec']>;

const podManagementPolicies = ['OrderedReady', 'Parallel'];
const retentionPolicies = ['Retain', 'Delete'];

export function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  if (!spec) return [required('spec')];
  return [
    ...validatePodManagement(spec.podManagementPolicy, 'spec.podManagementPolicy'),
    ...validateUpdateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy'),
    ...validateRetention(spec, 'spec.persistentVolumeClaimRetentionPolicy'),
    ...(spec.volumeClaimTemplates ?? []).flatMap((claim, index) =>
      validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`),
    ),
    ...validateNonNegative(spec.replicas, 'spec.replicas'),
    ...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateNonNegative(spec.ordinals?.start, 'spec.ordinals.start'),
    ...(spec.serviceName
      ? invalidValues('spec.serviceName', spec.serviceName, checkDNS1123Label(spec.serviceName))
      : []),
    ...validateControllerSelector(spec.selector, 'spec.selector', 'statefulset'),
    ...validateTemplate(spec),
    ...validateLongRunning(spec.template ?? {}, 'spec.template', 'StatefulSet'),
  ];
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const satisfies (keyof Spec)[];

export function validateStatefulSetUpdate(statefulSet: StatefulSet, old: StatefulSet): FieldError[] {
  const [now, before] = [{ ...statefulSet.spec }, { ...old.spec }];
  for (const field of changeable) {
    delete now[field];
    delete before[field];
  }
  if (jsonEqual(now, before)) return [];
  const names = changeable.map((field) => `'${field}'`);
  const detail = `updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are forbidden`;
  return [forbidden('spec', detail)];
}

export function validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const all = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;
  return [
    ...validateCounts(status, [...all, 'observedGeneration', 'collisionCount']),
    ...validateParts(status, all.slice(1), 'cannot be greater than status.readyReplicas'),
    ...validateCollisions(status, old.status),
  ];
}

function validatePodManagement(policy: string | undefined, path: string): FieldError[] {
  if (!policy) return [required(path)];
  return podManagementPolicies.includes(policy)
    ? []
    : [invalidValue(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateRetention({ persistentVolumeClaimRetentionPolicy: policy }: Spec, path: string): FieldError[] {
  return (['whenDeleted', 'whenScaled'] as const)
    .filter((field) => policy && !retentionPolicies.includes(policy[field] ?? ''))
    .map((field) => notSupported(`${path}.${field}`, policy?.[field] ?? '', retentionPolicies));
}

function validateTemplate(spec: Spec): FieldError[] {
  const { selector, template = {} } = spec;
  if (!isUsableSelector(selector)) return [invalidValue('spec.selector', selectorValue(selector), '')];
  const { labels = {}, annotations = {} } = template.metadata ?? {};
  return [
    ...validateSelected(selector, template, 'spec.template'),
    ...validatePodTemplate(asMade(template, spec), 'spec.template'),
    // Kubernetes looks at both a second time, under paths that do not exist.
    ...validateLabels(labels, 'spec.template.labels'),
    ...validateAnnotations(annotations, 'spec.template.annotations'),
  ];
}

/** The template as far as it counts: the controller gives each Pod its names in DNS and a volume for every claim. */
function asMade(template: PodTemplate, { volumeClaimTemplates = [] }: Spec): PodTemplate {
  if (!template.spec) return template;
  const { hostname: _hostname, subdomain: _subdomain, volumes = [], ...podSpec } = template.spec;
  const claims = [...new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ''))];
  const claimed = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = volumes.filter(({ name }) => !claims.includes(name));
  return { ...template, spec: { ...podSpec, volumes: [...claimed, ...others] } };
}
