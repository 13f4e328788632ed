import type { V1IPBlock, V1NetworkPolicyPeer, V1NetworkPolicyPort } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { NetworkPolicy } from '../../api/object.ts';
import {
  checkCIDR,
  checkPortName,
  checkPortNumber,
  cidrWarnings,
  containsRange,
  ipFamily,
} from '../../api/validation.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const policyTypes = ['Ingress', 'Egress'];

interface Rule {
  path: string;
  /** Where its peers are. */
  peersPath: string;
  ports: readonly V1NetworkPolicyPort[];
  peers: readonly V1NetworkPolicyPeer[];
}

/** The package's types call this field `_from`, after a word that some languages reserve. */
interface IngressRule {
  ports?: readonly V1NetworkPolicyPort[];
  from?: readonly V1NetworkPolicyPeer[];
}

/** The rules of both directions alike. */
function rulesOf({ spec }: NetworkPolicy): Rule[] {
  const inward = ((spec?.ingress ?? []) as readonly IngressRule[]).map(({ ports = [], from: peers = [] }, index) => {
    const path = `spec.ingress[${index}]`;
    return { path, peersPath: `${path}.from`, ports, peers };
  });
  const outward = (spec?.egress ?? []).map(({ ports = [], to: peers = [] }, index) => {
    const path = `spec.egress[${index}]`;
    return { path, peersPath: `${path}.to`, ports, peers };
  });
  return [...inward, ...outward];
}

export function validateNetworkPolicy(policy: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(policy.spec?.podSelector, 'spec.podSelector');
  for (const { path, peersPath, ports, peers } of rulesOf(policy)) {
    errors.push(...ports.flatMap((port, index) => validatePort(port, `${path}.ports[${index}]`)));
    errors.push(...peers.flatMap((peer, index) => validatePeer(peer, `${peersPath}[${index}]`)));
  }
  const types = policy.spec?.policyTypes ?? [];
  if (types.length > policyTypes.length) {
    return [...errors, invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  }
  const unknown = types.flatMap((type, index) =>
    policyTypes.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, policyTypes)],
  );
  return [...errors, ...unknown];
}

function validatePort({ protocol, port, endPort }: V1NetworkPolicyPort, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !protocols.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  const refuseEnd = (value: unknown, why: string) => errors.push(invalidValue(`${path}.endPort`, value, why));
  if (typeof port === 'number') {
    errors.push(...invalidValues(`${path}.port`, port, checkPortNumber(port)));
    if (endPort === undefined) return errors;
    if (endPort < port) refuseEnd(port, 'must be greater than or equal to `port`');
    return [...errors, ...invalidValues(`${path}.endPort`, endPort, checkPortNumber(endPort))];
  }
  if (port === undefined) {
    if (endPort !== undefined) refuseEnd(endPort, 'may not be specified when `port` is not specified');
    return errors;
  }
  if (endPort !== undefined) refuseEnd(endPort, 'may not be specified when `port` is non-numeric');
  return [...errors, ...invalidValues(`${path}.port`, port, checkPortName(port))];
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer, path: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, `${path}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${path}.ipBlock`) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock({ cidr, except = [] }: V1IPBlock, path: string): FieldError[] {
  if (!cidr) return [required(`${path}.cidr`)];
  const errors = invalidValues(`${path}.cidr`, cidr, checkCIDR(cidr));
  if (!isRange(cidr)) return errors;
  for (const [index, exception] of except.entries()) {
    const at = `${path}.except[${index}]`;
    errors.push(...invalidValues(at, exception, checkCIDR(exception)));
    if (!isRange(exception)) continue;
    if (!containsRange(cidr, exception) || containsRange(exception, cidr)) {
      errors.push(invalidValue(at, exception, 'must be a strict subset of `cidr`'));
    }
  }
  return errors;
}

function isRange(text: string): boolean {
  return text.includes('/') && ipFamily(text) !== undefined;
}

export function networkPolicyWarnings(policy: NetworkPolicy): string[] {
  return rulesOf(policy).flatMap(({ peersPath, peers }) =>
    peers.flatMap(({ ipBlock }, index) => {
      if (!ipBlock) return [];
      const path = `${peersPath}[${index}].ipBlock`;
      const exceptions = (ipBlock.except ?? []).map((cidr, at) => ({ cidr, path: `${path}.except[${at}]` }));
      return [{ cidr: ipBlock.cidr, path: `${path}.cidr` }, ...exceptions].flatMap((one) =>
        cidrWarnings(one.cidr, one.path),
      );
    }),
  );
}
