import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import { validateCIDR } from '../networking/ip.ts';
import { isExternallyAccessible, needsClusterIP, needsHealthCheckPort, type ServiceSpec } from './service-type.ts';

const affinities = ['ClientIP', 'None'];
const policies = ['Cluster', 'Local'];
const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const maximumAffinitySeconds = 86_400;

/** Session affinity, traffic policies, address families and what concerns load balancers. */
export function validateTraffic(spec: ServiceSpec): FieldError[] {
  return [
    ...validateAffinity(spec),
    ...validateFamilies(spec),
    ...validateLoadBalancer(spec),
    ...validateExternalPolicy(spec),
    ...(needsClusterIP(spec) ? oneOf(spec.internalTrafficPolicy, policies, 'spec.internalTrafficPolicy') : []),
    ...oneOf(spec.trafficDistribution, distributions, 'spec.trafficDistribution'),
  ];
}

function oneOf(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  if (!sessionAffinity) return [required('spec.sessionAffinity')];
  if (!affinities.includes(sessionAffinity)) return oneOf(sessionAffinity, affinities, 'spec.sessionAffinity');
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None') {
    return sessionAffinityConfig ? [forbidden(path, 'must not be set when session affinity is None')] : [];
  }
  const why = 'when session affinity type is ClientIP';
  if (!sessionAffinityConfig) return [required(path, why)];
  const seconds = sessionAffinityConfig.clientIP?.timeoutSeconds;
  if (typeof seconds !== 'number') return [required(`${path}.clientIP.timeoutSeconds`, why)];
  if (seconds > 0 && seconds <= maximumAffinitySeconds) return [];
  const detail = `must be greater than 0 and less than ${maximumAffinitySeconds}`;
  return [invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, detail)];
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): FieldError[] {
  const seen = new Set<string>();
  const errors = ipFamilies.flatMap((family, index) => {
    const path = `spec.ipFamilies[${index}]`;
    const twice = seen.has(family) ? [duplicate(path, family)] : [];
    seen.add(family);
    return [...oneOf(family, families, path), ...twice];
  });
  return [...errors, ...oneOf(ipFamilyPolicy, familyPolicies, 'spec.ipFamilyPolicy')];
}

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const isLoadBalancer = spec.type === 'LoadBalancer';
  const errors: FieldError[] = [];
  const onlyThere = "may only be used when `type` is 'LoadBalancer'";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !isLoadBalancer) errors.push(forbidden('spec.loadBalancerSourceRanges', onlyThere));
  for (const [index, range] of ranges.entries()) {
    errors.push(...validateCIDR(range.trim(), `spec.loadBalancerSourceRanges[${index}]`));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyThere));
  }
  if (spec.loadBalancerClass !== undefined) {
    const path = 'spec.loadBalancerClass';
    if (!isLoadBalancer) errors.push(forbidden(path, onlyThere));
    else errors.push(...invalidValues(path, spec.loadBalancerClass, checkQualifiedName(spec.loadBalancerClass)));
  }
  return errors;
}

function validateExternalPolicy(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy, healthCheckNodePort } = spec;
  const errors: FieldError[] = [];
  const path = 'spec.externalTrafficPolicy';
  if (isExternallyAccessible(spec)) errors.push(...oneOf(externalTrafficPolicy, policies, path));
  else if (externalTrafficPolicy) {
    errors.push(invalidValue(path, externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  if (healthCheckNodePort && !needsHealthCheckPort(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidValue('spec.healthCheckNodePort', healthCheckNodePort, detail));
  }
  return errors;
}
