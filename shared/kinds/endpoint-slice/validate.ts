import type { DiscoveryV1EndpointPort, V1Endpoint, V1EndpointHints } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required, tooMany } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { EndpointSlice, Wire } from '../../api/object.ts';
import {
  checkCanonicalIP,
  checkDNS1123Label,
  checkDNS1123Subdomain,
  checkIP,
  checkLabelValue,
  checkQualifiedName,
  ipFamily,
  ipWarnings,
  validateImmutableField,
} from '../../api/validation.ts';
import { validateNonSpecialIP } from '../networking/ip.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const maximumEndpoints = 1000;
const maximumAddresses = 100;
const maximumPorts = 20_000;
const maximumHints = 8;

export function validateEndpointSlice({ addressType, ports, endpoints }: EndpointSlice): FieldError[] {
  const errors = [...validateAddressType(addressType), ...validatePorts(ports ?? [], 'ports')];
  const all = endpoints ?? [];
  if (all.length > maximumEndpoints) return [...errors, tooMany('endpoints', all.length, maximumEndpoints)];
  return [...errors, ...all.flatMap((one, index) => validateEndpoint(one, addressType, `endpoints[${index}]`))];
}

function validateAddressType(type: string | undefined): FieldError[] {
  if (!type) return [required('addressType')];
  return addressTypes.includes(type) ? [] : [notSupported('addressType', type, addressTypes)];
}

function validatePorts(ports: readonly DiscoveryV1EndpointPort[], path: string): FieldError[] {
  if (ports.length > maximumPorts) return [tooMany(path, ports.length, maximumPorts)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const at = `${path}[${index}]`;
    const errors = name ? invalidValues(`${at}.name`, name, checkDNS1123Label(name)) : [];
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`${at}.protocol`));
    else if (!protocols.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, protocols));
    if (appProtocol === undefined) return errors;
    return [...errors, ...invalidValues(`${at}.appProtocol`, appProtocol, checkQualifiedName(appProtocol))];
  });
}

function validateEndpoint(endpoint: Wire<V1Endpoint>, addressType: string, path: string): FieldError[] {
  const { addresses = [], nodeName, hostname, hints } = endpoint;
  const at = `${path}.addresses`;
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > maximumAddresses) errors.push(tooMany(at, addresses.length, maximumAddresses));
  for (const [index, address] of addresses.entries()) {
    errors.push(...validateAddress(address, addressType, { list: at, item: `${at}[${index}]` }));
  }
  if (nodeName !== undefined) {
    errors.push(...invalidValues(`${path}.nodeName`, nodeName, checkDNS1123Subdomain(nodeName)));
  }
  if (hostname !== undefined) errors.push(...invalidValues(`${path}.hostname`, hostname, checkDNS1123Label(hostname)));
  return hints ? [...errors, ...validateHints(hints, `${path}.hints`)] : errors;
}

function validateAddress(address: string, type: string, path: { list: string; item: string }): FieldError[] {
  if (type === 'FQDN') return validateDomain(address, path.item);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const messages = type === 'IPv4' ? checkIP(address) : checkCanonicalIP(address);
  if (messages.length > 0) return invalidValues(path.item, address, messages);
  const isOther = ipFamily(address) !== type.toLowerCase();
  return [
    ...(isOther ? [invalidValue(path.list, address, `must be an ${type} address`)] : []),
    ...validateNonSpecialIP(address, path.item),
  ];
}

/** A name of at least two labels; a dot at its end is fine. */
function validateDomain(name: string, path: string): FieldError[] {
  if (name === '') return [required(path)];
  const domain = name.endsWith('.') ? name.slice(0, -1) : name;
  const messages = checkDNS1123Subdomain(domain);
  if (messages.length > 0) return [invalidValue(path, domain, messages.join(','))];
  if (domain.includes('.')) return [];
  return [invalidValue(path, domain, 'should be a domain with at least two segments separated by dots')];
}

function validateHints({ forZones = [], forNodes = [] }: V1EndpointHints, path: string): FieldError[] {
  const zones = validateNames(forZones, `${path}.forZones`, checkLabelValue);
  if (forZones.length > maximumHints) return zones;
  return [...zones, ...validateNames(forNodes, `${path}.forNodes`, checkDNS1123Subdomain)];
}

function validateNames(
  hints: readonly { name: string }[],
  path: string,
  check: (name: string) => readonly string[],
): FieldError[] {
  if (hints.length > maximumHints) return [tooMany(path, hints.length, maximumHints)];
  const names = hints.map(({ name }) => name);
  return names.flatMap((name, index) => [
    ...(names.indexOf(name) < index ? [duplicate(`${path}[${index}].name`, name)] : []),
    ...invalidValues(`${path}[${index}].name`, name, check(name)),
  ]);
}

export function validateEndpointSliceUpdate(next: EndpointSlice, old: EndpointSlice): FieldError[] {
  return validateImmutableField(next.addressType, old.addressType, 'addressType');
}

/** Who writes only what nodes have told it need not hear how it is written. */
const controllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';

export function endpointSliceWarnings({ metadata, addressType, endpoints }: EndpointSlice, old?: EndpointSlice) {
  const warnings = !old && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (controllers.includes(metadata.labels?.[managedByLabel] ?? '')) return warnings;
  if (old && jsonEqual(endpoints, old.endpoints)) return warnings;
  return [
    ...warnings,
    ...(endpoints ?? []).flatMap(({ addresses = [] }, index) =>
      addresses.flatMap((address, at) => ipWarnings(address, `endpoints[${index}].addresses[${at}]`)),
    ),
  ];
}
