import type { V1IngressClassParametersReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValues, notSupported, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import type { IngressClass } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain, validateImmutableField } from '../../api/validation.ts';
import { validateSegment } from '../ingress/validate-backend.ts';
import { validateDomainPrefixedPath } from '../workloads/domain-prefixed-path.ts';

const maximumControllerLength = 250;
const scopes = ['Cluster', 'Namespace'];

export function validateIngressClass({ spec = {} }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec;
  const errors: FieldError[] = [];
  if (byteLength(controller) > maximumControllerLength) {
    errors.push(tooLong('spec.controller', maximumControllerLength));
  }
  errors.push(...validateDomainPrefixedPath(controller, 'spec.controller'));
  return parameters ? [...errors, ...validateParameters(parameters, 'spec.parameters')] : errors;
}

function validateParameters(parameters: V1IngressClassParametersReference, path: string): FieldError[] {
  const { apiGroup, kind, name, scope, namespace } = parameters;
  const errors =
    apiGroup === undefined ? [] : invalidValues(`${path}.apiGroup`, apiGroup, checkDNS1123Subdomain(apiGroup));
  errors.push(...validateSegment(kind, `${path}.kind`), ...validateSegment(name, `${path}.name`));
  const at = `${path}.namespace`;
  if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...invalidValues(at, namespace, checkDNS1123Label(namespace)));
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(forbidden(at, "`parameters.scope` is set to 'Cluster'"));
  } else errors.push(notSupported(`${path}.scope`, scope ?? '', scopes));
  return errors;
}

export function validateIngressClassUpdate(next: IngressClass, old: IngressClass): FieldError[] {
  return validateImmutableField(next.spec?.controller ?? '', old.spec?.controller ?? '', 'spec.controller');
}
