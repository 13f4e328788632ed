import type { CoreV1EndpointPort, V1EndpointAddress } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValues, required } from '../../api/field-errors.ts';
import type { EndpointSubset, Endpoints, Wire } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateIP, validateNonSpecialIP } from '../networking/ip.ts';
import { validatePortNumber, validateProtocol } from '../networking/port.ts';

type Address = Wire<V1EndpointAddress>;

export function validateEndpoints({ subsets }: Endpoints): FieldError[] {
  return (subsets ?? []).flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`));
}

function validateSubset(subset: EndpointSubset, path: string): FieldError[] {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const errors: FieldError[] = [];
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const [index, address] of addresses.entries()) {
    errors.push(...validateAddress(address, `${path}.addresses[${index}]`));
  }
  for (const [index, address] of notReadyAddresses.entries()) {
    errors.push(...validateAddress(address, `${path}.notReadyAddresses[${index}]`));
  }
  for (const [index, port] of ports.entries()) {
    errors.push(...validatePort(port, ports.length > 1, `${path}.ports[${index}]`));
  }
  return errors;
}

function validateAddress({ ip, hostname, nodeName }: Address, path: string): FieldError[] {
  const errors = validateIP(ip ?? '', `${path}.ip`);
  if (hostname) errors.push(...invalidValues(`${path}.hostname`, hostname, checkDNS1123Label(hostname)));
  if (nodeName !== undefined) {
    errors.push(...invalidValues(`${path}.nodeName`, nodeName, checkDNS1123Subdomain(nodeName)));
  }
  return errors.length > 0 ? errors : validateNonSpecialIP(ip, `${path}.ip`);
}

function validatePort(
  { name, port, protocol }: Wire<CoreV1EndpointPort>,
  nameNeeded: boolean,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name) errors.push(...invalidValues(`${path}.name`, name, checkDNS1123Label(name)));
  else if (nameNeeded) errors.push(required(`${path}.name`));
  return [
    ...errors,
    ...validatePortNumber(port ?? 0, `${path}.port`),
    ...validateProtocol(protocol, `${path}.protocol`),
  ];
}

/** An address cannot move to another node: it would be another endpoint. */
export function validateEndpointsUpdate(endpoints: Endpoints, old: Endpoints): FieldError[] {
  const nodes = new Map<string, string>();
  for (const { address } of addressesOf(old))
    if (address.nodeName !== undefined) nodes.set(address.ip, address.nodeName);
  return addressesOf(endpoints).flatMap(({ address: { ip, nodeName }, path }) => {
    const before = nodes.get(ip);
    if (before === undefined || nodeName === undefined || nodeName === before) return [];
    return [forbidden(`${path}.nodeName`, `Cannot change NodeName for ${ip} to ${nodeName}`)];
  });
}

function addressesOf({ subsets }: Endpoints): { address: Address; path: string }[] {
  return (subsets ?? []).flatMap((subset, index) =>
    (['addresses', 'notReadyAddresses'] as const).flatMap((list) =>
      (subset[list] ?? []).map((address, at) => ({ address, path: `subsets[${index}].${list}[${at}]` })),
    ),
  );
}
