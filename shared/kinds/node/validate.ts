import ipaddr from 'ipaddr.js';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { Node } from '../../api/object.ts';
import { validateCIDR } from '../networking/ip.ts';
import { validateTaints } from '../taints.ts';

export function validateNode({ spec }: Node): FieldError[] {
  // Kubernetes names the taints as if they were metadata.
  const errors = validateTaints(spec?.taints ?? [], 'metadata.taints');
  const cidrs = spec?.podCIDRs ?? [];
  const malformed = cidrs.flatMap((cidr, index) => validateCIDR(cidr, `spec.podCIDRs[${index}]`));
  errors.push(...malformed);
  if (malformed.length === 0 && cidrs.length > 1) {
    const families = new Set(cidrs.map((cidr) => ipaddr.parseCIDR(cidr)[0].kind()));
    if (families.size !== cidrs.length) {
      errors.push(invalidValue('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
    }
  }
  return errors;
}

/** What a node was given once stays: addresses and identities in the world depend on it. */
export function validateNodeUpdate({ spec }: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  const before = old.spec?.podCIDRs ?? [];
  if (before.length > 0 && !jsonEqual(spec?.podCIDRs ?? [], before)) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.spec?.providerID && spec?.providerID !== old.spec.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return errors;
}
