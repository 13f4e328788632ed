import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { Service } from '../../api/object.ts';
import { checkDNS1123Subdomain, validateLabels } from '../../api/validation.ts';
import { validateIP, validateNonSpecialIP } from '../networking/ip.ts';
import { headless, isHeadless, needsClusterIP, type ServiceSpec, specOf } from './service-type.ts';
import { validateServicePorts } from './validate-ports.ts';
import { validateTraffic } from './validate-traffic.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const maximumClusterIPs = 2;

export function validateService(service: Service): FieldError[] {
  const spec = specOf(service);
  const errors: FieldError[] = [];
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  errors.push(...validateForType(spec), ...validateServicePorts(spec));
  if (spec.selector) errors.push(...validateLabels(spec.selector, 'spec.selector'));
  errors.push(...validateClusterIPs(spec), ...validateExternalIPs(spec.externalIPs ?? []));
  if (!spec.type) errors.push(required('spec.type'));
  else if (!types.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, types));
  errors.push(...validateTraffic(spec));
  return errors;
}

function validateForType(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalidValue('spec.clusterIPs[0]', headless, `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return errors;
  const set = {
    clusterIPs: spec.clusterIPs?.length,
    ipFamilies: spec.ipFamilies?.length,
    ipFamilyPolicy: spec.ipFamilyPolicy,
  };
  for (const [field, value] of Object.entries(set)) {
    if (value) errors.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
  }
  // A trailing dot only says that the name is complete.
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (!name) errors.push(required('spec.externalName'));
  else errors.push(...invalidValues('spec.externalName', name, checkDNS1123Subdomain(name)));
  return errors;
}

function validateClusterIPs(spec: ServiceSpec): FieldError[] {
  const path = 'spec.clusterIPs';
  const ips = spec.clusterIPs ?? [];
  if (!spec.clusterIP) {
    return ips.length > 0 ? [invalidValue(path, ips, 'must be empty when `clusterIP` is not specified')] : [];
  }
  if (ips.length === 0) return [required(path)];
  if (ips[0] !== spec.clusterIP) return [invalidValue(path, ips, 'first value must match `clusterIP`')];
  if (ips.length > maximumClusterIPs) return [invalidValue(path, ips, 'may only hold up to 2 values')];
  return ips.flatMap((ip, index) => {
    if (ip !== headless) return validateIP(ip, `${path}[${index}]`);
    if (ips.length === 1) return [];
    return [invalidValue(`${path}[${index}]`, ip, "'None' must be the first and only value")];
  });
}

function validateExternalIPs(ips: readonly string[]): FieldError[] {
  return ips.flatMap((ip, index) => {
    const path = `spec.externalIPs[${index}]`;
    const malformed = validateIP(ip, path);
    return malformed.length > 0 ? malformed : validateNonSpecialIP(ip, path);
  });
}

/** The address of a Service is part of the environment of running Pods: it stays. */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const spec = specOf(service);
  const before = specOf(old);
  const errors: FieldError[] = [];
  const first = before.clusterIPs?.[0];
  if (needsClusterIP(spec) && needsClusterIP(before) && first) {
    const ips = spec.clusterIPs ?? [];
    const at = 'spec.clusterIPs[0]';
    if (ips.length === 0) errors.push(invalidValue(at, ips, 'primary clusterIP can not be unset'));
    else if (ips[0] !== first) errors.push(invalidValue(at, ips, 'may not change once set'));
    const family = before.ipFamilies?.[0];
    if (family && spec.ipFamilies?.[0] !== family) {
      const detail = spec.ipFamilies?.length ? 'may not change once set' : 'primary ipFamily can not be unset';
      errors.push(invalidValue('spec.ipFamilies[0]', spec.ipFamilies ?? [], detail));
    }
  }
  const stayed = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  if (stayed && !jsonEqual(spec.loadBalancerClass, before.loadBalancerClass)) {
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'));
  }
  return errors;
}
