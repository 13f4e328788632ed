import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { KubernetesObject, MutatingWebhook } from '../../api/object.ts';
import { checkDNS1035Label, checkDNS1123Subdomain } from '../../api/validation.ts';
import { admissionEnvironment } from '../../cel/cel.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';
import { validateClientConfig } from './validate-client-config.ts';
import { validateMatchConditions } from './validate-match-conditions.ts';
import { validateAdmissionRule } from './validate-rules.ts';

/** A webhook of either kind; that it mutates adds a field, and takes none away. */
export type AdmissionWebhook = MutatingWebhook;

export interface WebhookConfiguration extends KubernetesObject {
  webhooks?: AdmissionWebhook[];
}

const reviewVersions = ['v1', 'v1beta1'];
const sideEffectClasses = ['None', 'NoneOnDryRun'];
const failurePolicies = ['Fail', 'Ignore'];
const matchPolicies = ['Equivalent', 'Exact'];
const reinvocationPolicies = ['IfNeeded', 'Never'];

export function validateWebhookConfiguration({ webhooks = [] }: WebhookConfiguration): FieldError[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const errors = [
      ...validateWebhook(webhook, path),
      ...validateReviewVersions(webhook.admissionReviewVersions ?? [], `${path}.admissionReviewVersions`),
    ];
    if (webhook.name && names.has(webhook.name)) errors.push(duplicate(`${path}.name`, webhook.name));
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(webhook: AdmissionWebhook, path: string): FieldError[] {
  const { failurePolicy, matchPolicy, reinvocationPolicy } = webhook;
  return [
    ...validateFullName(webhook.name, `${path}.name`),
    ...(webhook.rules ?? []).flatMap((rule, index) => validateAdmissionRule(rule, `${path}.rules[${index}]`)),
    ...oneOf(failurePolicy, `${path}.failurePolicy`, failurePolicies),
    ...oneOf(matchPolicy, `${path}.matchPolicy`, matchPolicies),
    ...validateSideEffects(webhook.sideEffects, `${path}.sideEffects`),
    ...validateTimeout(webhook.timeoutSeconds, `${path}.timeoutSeconds`),
    ...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`),
    ...oneOf(reinvocationPolicy, `${path}.reinvocationPolicy`, reinvocationPolicies),
    ...validateClientConfig(webhook.clientConfig, `${path}.clientConfig`),
    ...validateMatchConditions(webhook.matchConditions ?? [], `${path}.matchConditions`, conditionEnvironment),
  ];
}

function conditionEnvironment() {
  return admissionEnvironment({ authorizer: true });
}

function oneOf(value: string | undefined, path: string, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

function validateFullName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const messages = checkDNS1123Subdomain(name);
  if (messages.length > 0) return [invalidValue(path, name, messages.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalidValue(path, name, 'should be a domain with at least three segments separated by dots')];
}

function validateSideEffects(value: string | undefined, path: string): FieldError[] {
  if (value === undefined) return [required(path, `must specify one of ${sideEffectClasses.join(', ')}`)];
  return oneOf(value, path, sideEffectClasses);
}

function validateTimeout(seconds: number | undefined, path: string): FieldError[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= 30)) return [];
  return [invalidValue(path, seconds, 'the timeout value must be between 1 and 30 seconds')];
}

function validateReviewVersions(versions: readonly string[], path: string): FieldError[] {
  if (versions.length === 0) return [required(path, `must specify one of ${reviewVersions.join(', ')}`)];
  const seen = new Set<string>();
  const errors = versions.flatMap((version, index) => {
    const at = `${path}[${index}]`;
    if (seen.has(version)) return [invalidValue(at, version, 'duplicate version')];
    seen.add(version);
    return invalidValues(at, version, checkDNS1035Label(version));
  });
  if (versions.some((version) => reviewVersions.includes(version))) return errors;
  return [...errors, invalidValue(path, versions, `must include at least one of ${reviewVersions.join(', ')}`)];
}
