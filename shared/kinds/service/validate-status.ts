import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import type { Service } from '../../api/object.ts';
import { checkDNS1123Subdomain, isIP } from '../../api/validation.ts';
import { validateIP } from '../networking/ip.ts';

export function validateServiceStatus({ status }: Service): FieldError[] {
  const path = 'status.loadBalancer.ingress';
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const errors = ip ? validateIP(ip, `${path}[${index}].ip`) : [];
    if (!hostname) return errors;
    const at = `${path}[${index}].hostname`;
    errors.push(...invalidValues(at, hostname, checkDNS1123Subdomain(hostname)));
    if (isIP(hostname)) errors.push(invalidValue(at, hostname, 'must be a DNS name, not an IP address'));
    return errors;
  });
}
