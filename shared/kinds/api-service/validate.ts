import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { APIService } from '../../api/object.ts';
import { checkDNS1035Label, checkDNS1123Subdomain, checkPortNumber } from '../../api/validation.ts';

export function validateAPIService({ metadata, spec }: APIService): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {};
  const name = `${version}.${group}`;
  const errors: FieldError[] = [];
  if (metadata.name !== name) {
    const why = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
    errors.push(invalidValue('metadata.name', metadata.name ?? '', why));
  }
  if (group === '' && version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (group !== '') errors.push(...invalidValues('spec.group', group, checkDNS1123Subdomain(group)));
  errors.push(...invalidValues('spec.version', version, checkDNS1035Label(version)));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) {
    const why = 'must be positive and less than 20000';
    errors.push(invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, why));
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.push(invalidValue('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  }
  return [...errors, ...validateBackend(spec)];
}

function validateBackend(spec: APIService['spec']): FieldError[] {
  const { service, caBundle, insecureSkipTLSVerify } = spec ?? {};
  const errors: FieldError[] = [];
  if (!service) {
    if (caBundle) {
      const bytes = `${Math.floor((caBundle.replace(/=+$/, '').length * 3) / 4)} bytes`;
      errors.push(invalidValue('spec.caBundle', bytes, 'local APIServices may not have a caBundle'));
    }
    if (insecureSkipTLSVerify) {
      errors.push(
        invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    }
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const { port = 443 } = service;
  const messages = checkPortNumber(port);
  if (messages.length > 0) {
    errors.push(invalidValue('spec.service.port', port, `port is not valid: ${messages.join(', ')}`));
  }
  if (insecureSkipTLSVerify && caBundle) {
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return errors;
}

const statuses = ['True', 'False', 'Unknown'];

export function validateAPIServiceStatus({ status }: APIService): FieldError[] {
  return (status?.conditions ?? []).flatMap((condition, index) =>
    statuses.includes(condition.status)
      ? []
      : [notSupported(`status.conditions[${index}].status`, condition.status, statuses)],
  );
}
