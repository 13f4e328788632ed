import { invalid } from '../../../shared/api/errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { Container, KubernetesObject, Pod } from '../../../shared/api/object.ts';
import { subjectOf } from '../registry/write-context.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { containersOf, type PodForm } from './pod-security/check.ts';
import { describeViolations, violations } from './pod-security/evaluate.ts';
import { mostPodsChecked, warningsAboutPods } from './pod-security/existing-pods.ts';
import { describeStandard, isStricter, type Policy, policyOf, sameStandard } from './pod-security/policy.ts';
import { refusal } from './refuse.ts';

const annotation = 'pod-security.kubernetes.io/';

/** Labels of a namespace that set a standard make sense; one that becomes stricter says which of its Pods fall short. */
export const podSecurityOfNamespaces: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  resources: ['namespaces'],
  validate(request) {
    const { kind, name, object, old } = request;
    const { policy, errors } = policyOf(object?.metadata.labels);
    const before = old && policyOf(old.metadata.labels);
    if (errors.length > 0 && !jsonEqual(errors, before?.errors)) throw invalid(subjectOf(kind, name), errors);
    if (!before || policy.enforce.level === 'privileged' || sameStandard(policy.enforce, before.policy.enforce)) return;
    const isSameRelease = policy.enforce.minor === before.policy.enforce.minor;
    if (isSameRelease && !isStricter(policy.enforce, before.policy.enforce)) return;
    const pods = request.list('pods', name, mostPodsChecked + 1) as unknown as Pod[];
    for (const text of warningsAboutPods(name, pods, policy.enforce)) request.warn(text);
  },
};

/** Pods keep to the standard of their namespace. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  subresources: ['ephemeralcontainers', 'resize'],
  validate(request) {
    const [pod, old] = [request.object, request.old] as unknown as [Pod, Pod | undefined];
    if (!pod.spec || (old && !isSignificant(pod, old))) return;
    const { policy, errors } = namespacePolicy(request);
    if (errors.length === 0 && Object.values(policy).every(({ level }) => level === 'privileged')) return;
    const form = { metadata: pod.metadata, spec: pod.spec };
    request.annotate(`${annotation}enforce-policy`, describeStandard(policy.enforce));
    const found = violations(form, policy.enforce);
    audit(request, form, policy);
    if (found.length > 0) {
      const standard = describeStandard(policy.enforce);
      throw refusal(request, `violates PodSecurity "${standard}": ${describeViolations(found)}`);
    }
    warn(request, form, policy);
  },
};

/** What makes Pods is let in all the same: what it says may change before a Pod is made. */
export const podSecurityOfTemplates: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  validate(request) {
    const { kind, object } = request;
    if (!kind.podTemplate || !object) return;
    const template = kind.podTemplate(object);
    if (!template?.spec) return;
    const { policy, errors } = namespacePolicy(request);
    if (errors.length === 0 && policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return;
    const form = { metadata: template.metadata, spec: template.spec };
    audit(request, form, policy);
    warn(request, form, policy);
  },
};

function namespacePolicy({ get, namespace }: AdmissionRequest): ReturnType<typeof policyOf> {
  const found: KubernetesObject | undefined = get({ resource: 'namespaces', namespace: '', name: namespace });
  return policyOf(found?.metadata.labels);
}

function audit(request: AdmissionRequest, form: PodForm, policy: Policy): void {
  const text = shortfall(form, policy.audit);
  if (text) request.annotate(`${annotation}audit-violations`, text);
}

function warn(request: AdmissionRequest, form: PodForm, policy: Policy): void {
  const text = shortfall(form, policy.warn);
  if (text) request.warn(text);
}

function shortfall(form: PodForm, standard: Policy['warn']): string | undefined {
  const found = violations(form, standard);
  if (found.length === 0) return undefined;
  return `would violate PodSecurity "${describeStandard(standard)}": ${describeViolations(found)}`;
}

/** Of what a Pod may change, only new containers and images matter. */
function isSignificant({ spec }: Pod, { spec: old }: Pod): boolean {
  const images = (containers: readonly Container[]) => containers.map(({ name, image }) => [name, image]);
  if (!spec || !old) return true;
  return !jsonEqual(images(containersOf(spec)), images(containersOf(old)));
}
