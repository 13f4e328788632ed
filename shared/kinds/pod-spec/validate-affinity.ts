import type {
  V1NodeSelector,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1PodAffinity,
  V1PodAffinityTerm,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { PodSpec, Wire } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain, checkQualifiedName } from '../../api/validation.ts';
import { validateLabelKeys } from './validate-label-keys.ts';
import { validateLabelSelector } from './validate-label-selector.ts';

const requiredRules = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredRules = 'preferredDuringSchedulingIgnoredDuringExecution';
/** The only field of a node that terms can match. */
const nodeNameField = 'metadata.name';

export function validateAffinity(affinity: PodSpec['affinity'], path: string): FieldError[] {
  return [
    ...validateNodeAffinity(affinity?.nodeAffinity, `${path}.nodeAffinity`),
    ...validatePodAffinity(affinity?.podAffinity, `${path}.podAffinity`),
    ...validatePodAffinity(affinity?.podAntiAffinity, `${path}.podAntiAffinity`),
  ];
}

function validateNodeAffinity(affinity: NonNullable<PodSpec['affinity']>['nodeAffinity'], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const selector = affinity?.[requiredRules];
  if (selector) errors.push(...validateNodeSelector(selector, `${path}.${requiredRules}`));
  for (const [index, { weight, preference }] of (affinity?.[preferredRules] ?? []).entries()) {
    const at = `${path}.${preferredRules}[${index}]`;
    errors.push(...validateWeight(weight, `${at}.weight`));
    errors.push(...validateNodeTerm(preference ?? {}, `${at}.preference`));
  }
  return errors;
}

/** The terms of a selector of nodes, of which one has to match. */
export function validateNodeSelector({ nodeSelectorTerms }: Wire<V1NodeSelector>, path: string): FieldError[] {
  const at = `${path}.nodeSelectorTerms`;
  if (!nodeSelectorTerms?.length) return [required(at, 'must have at least one node selector term')];
  return nodeSelectorTerms.flatMap((term, index) => validateNodeTerm(term, `${at}[${index}]`));
}

function validateWeight(weight: number, path: string): FieldError[] {
  return weight >= 1 && weight <= 100 ? [] : [invalidValue(path, weight ?? 0, 'must be in the range 1-100')];
}

function validateNodeTerm(term: Wire<V1NodeSelectorTerm>, path: string): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((requirement, index) =>
      validateNodeRequirement(requirement, `${path}.matchExpressions[${index}]`),
    ),
    ...(term.matchFields ?? []).flatMap((requirement, index) =>
      validateNodeField(requirement, `${path}.matchFields[${index}]`),
    ),
  ];
}

function validateNodeRequirement(requirement: Wire<V1NodeSelectorRequirement>, path: string): FieldError[] {
  const { key = '', operator, values = [] } = requirement;
  return [...validateOperator(operator, values, path), ...invalidValues(`${path}.key`, key, checkQualifiedName(key))];
}

function validateOperator(operator: string, values: readonly string[], path: string): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? []
        : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return [];
      return [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      if (values.length === 1) return [];
      return [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator')];
  }
}

function validateNodeField(requirement: Wire<V1NodeSelectorRequirement>, path: string): FieldError[] {
  const { key = '', operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${path}.values`, detail));
  }
  if (key !== nodeNameField) return [...errors, notSupported(`${path}.key`, key, [nodeNameField])];
  for (const [index, name] of values.entries()) {
    errors.push(...invalidValues(`${path}.values[${index}]`, name, checkDNS1123Subdomain(name)));
  }
  return errors;
}

function validatePodAffinity(affinity: Wire<V1PodAffinity> | undefined, path: string): FieldError[] {
  return [
    ...(affinity?.[requiredRules] ?? []).flatMap((term, index) =>
      validatePodTerm(term, `${path}.${requiredRules}[${index}]`),
    ),
    ...(affinity?.[preferredRules] ?? []).flatMap(({ weight, podAffinityTerm }, index) => {
      const at = `${path}.${preferredRules}[${index}]`;
      return [...validateWeight(weight, `${at}.weight`), ...validatePodTerm(podAffinityTerm, `${at}.podAffinityTerm`)];
    }),
  ];
}

function validatePodTerm(term: Wire<V1PodAffinityTerm> | undefined, path: string): FieldError[] {
  const errors = validateLabelSelector(term?.labelSelector, `${path}.labelSelector`);
  errors.push(...validateLabelSelector(term?.namespaceSelector, `${path}.namespaceSelector`));
  for (const name of term?.namespaces ?? []) {
    errors.push(...invalidValues(`${path}.namespace`, name, checkDNS1123Label(name)));
  }
  errors.push(...validateLabelKeys(term ?? {}, path));
  const key = term?.topologyKey ?? '';
  if (!key) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  return [...errors, ...invalidValues(`${path}.topologyKey`, key, checkQualifiedName(key))];
}
