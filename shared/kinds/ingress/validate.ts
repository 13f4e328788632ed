import type { V1HTTPIngressPath, V1IngressRule, V1IngressTLS } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Ingress } from '../../api/object.ts';
import {
  checkDNS1123Subdomain,
  checkIP,
  checkWildcardDNS1123Subdomain,
  ipWarnings,
  isIP,
} from '../../api/validation.ts';
import { validateBackend } from './validate-backend.ts';

/** Named the class before there was a field for it. */
export const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
/** What a proxy and a controller might resolve differently. */
const forbiddenSequences = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenEnds = ['/..', '/.'];
const notAName = 'must be a DNS name, not an IP address';

export function validateIngress({ spec }: Ingress): FieldError[] {
  const { defaultBackend, rules = [], tls = [], ingressClassName } = spec ?? {};
  const errors: FieldError[] = [];
  if (rules.length === 0 && !defaultBackend) {
    errors.push(invalidValue('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, 'spec.defaultBackend'));
  errors.push(...rules.flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)));
  errors.push(...tls.flatMap((item, index) => validateTLS(item, `spec.tls[${index}]`)));
  if (ingressClassName === undefined) return errors;
  return [
    ...errors,
    ...invalidValues('spec.ingressClassName', ingressClassName, checkDNS1123Subdomain(ingressClassName)),
  ];
}

/** Both ways of naming the class may be used, for the same class. */
export function validateNewIngress({ metadata, spec }: Ingress): FieldError[] {
  const annotated = metadata.annotations?.[classAnnotation];
  const named = spec?.ingressClassName;
  if (annotated === undefined || named === undefined || annotated === named) return [];
  const path = `annotations.${classAnnotation}`;
  return [invalidValue(path, annotated, 'must match `ingressClassName` when both are specified')];
}

function validateRule({ host, http }: V1IngressRule, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    if (isIP(host)) errors.push(invalidValue(`${path}.host`, host, notAName));
    errors.push(...validateHost(host, `${path}.host`));
  }
  if (!http) return errors;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  return [...errors, ...paths.flatMap((item, index) => validatePath(item, `${path}.http.paths[${index}]`))];
}

function validateHost(host: string, path: string): FieldError[] {
  return invalidValues(path, host, (host.includes('*') ? checkWildcardDNS1123Subdomain : checkDNS1123Subdomain)(host));
}

function validatePath({ path: url = '', pathType, backend }: V1HTTPIngressPath, path: string): FieldError[] {
  if (pathType === undefined || pathType === null) {
    return [required(`${path}.pathType`, 'pathType must be specified')];
  }
  const errors: FieldError[] = [];
  const refuse = (why: string) => errors.push(invalidValue(`${path}.path`, url, why));
  if (!pathTypes.includes(pathType)) errors.push(notSupported(`${path}.pathType`, pathType, pathTypes));
  else if (pathType === 'ImplementationSpecific') {
    if (url && !url.startsWith('/')) refuse('must be an absolute path');
  } else {
    if (!url.startsWith('/')) refuse('must be an absolute path');
    for (const sequence of forbiddenSequences) if (url.includes(sequence)) refuse(`must not contain '${sequence}'`);
    for (const end of forbiddenEnds) if (url.endsWith(end)) refuse(`cannot end with '${end}'`);
  }
  return [...errors, ...validateBackend(backend ?? {}, `${path}.backend`)];
}

function validateTLS({ hosts = [], secretName }: V1IngressTLS, path: string): FieldError[] {
  const errors = hosts.flatMap((host, index) => validateHost(host, `${path}.hosts[${index}]`));
  if (!secretName) return errors;
  return [...errors, ...invalidValues(`${path}.secretName`, secretName, checkDNS1123Subdomain(secretName))];
}

export function validateIngressStatus({ status }: Ingress): FieldError[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    const errors = ip ? invalidValues(`${path}.ip`, ip, checkIP(ip)) : [];
    if (!hostname) return errors;
    errors.push(...invalidValues(`${path}.hostname`, hostname, checkDNS1123Subdomain(hostname)));
    if (isIP(hostname)) errors.push(invalidValue(`${path}.hostname`, hostname, notAName));
    return errors;
  });
}

export function ingressWarnings({ metadata, spec, status }: Ingress, old?: Ingress): string[] {
  if (old) {
    const points = status?.loadBalancer?.ingress ?? [];
    return points.flatMap(({ ip }, index) => (ip ? ipWarnings(ip, `status.loadBalancer.ingress[${index}]`) : []));
  }
  if (metadata.annotations?.[classAnnotation] === undefined || spec?.ingressClassName !== undefined) return [];
  return [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`];
}
