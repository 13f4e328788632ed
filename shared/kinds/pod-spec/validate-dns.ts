import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { PodSpec } from '../../api/object.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateIP } from '../networking/ip.ts';

type DNSConfig = NonNullable<PodSpec['dnsConfig']>;
type HostAlias = NonNullable<PodSpec['hostAliases']>[number];

const policies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
/** What resolvers take. */
const maximumNameservers = 3;
const maximumSearchPaths = 32;
const maximumSearchCharacters = 2048;

/** `path` is that of the spec. */
export function validateDNS({ dnsPolicy, dnsConfig }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!dnsPolicy) errors.push(required(`${path}.dnsPolicy`));
  else if (!policies.includes(dnsPolicy)) errors.push(notSupported(`${path}.dnsPolicy`, dnsPolicy, policies));
  return [...errors, ...validateConfig(dnsConfig, dnsPolicy, `${path}.dnsConfig`)];
}

function validateConfig(config: DNSConfig | undefined, policy: string | undefined, path: string): FieldError[] {
  if (policy === 'None') {
    if (!config) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!config.nameservers?.length) {
      return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
    }
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  const errors: FieldError[] = [];
  if (nameservers.length > maximumNameservers) {
    const detail = `must not have more than ${maximumNameservers} nameservers`;
    errors.push(invalidValue(`${path}.nameservers`, nameservers, detail));
  }
  for (const [index, ip] of nameservers.entries()) errors.push(...validateIP(ip, `${path}.nameservers[${index}]`));
  errors.push(...validateSearches(searches, `${path}.searches`));
  for (const [index, { name }] of options.entries()) {
    if (!name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  }
  return errors;
}

function validateSearches(searches: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (searches.length > maximumSearchPaths) {
    errors.push(invalidValue(path, searches, `must not have more than ${maximumSearchPaths} search paths`));
  }
  if (searches.join(' ').length > maximumSearchCharacters) {
    const detail = `must not have more than ${maximumSearchCharacters} characters (including spaces) in the search list`;
    errors.push(invalidValue(path, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.replace(/\.$/, '');
    errors.push(...invalidValues(`${path}[${index}]`, name, checkDNS1123Subdomain(name)));
  }
  return errors;
}

export function validateHostAliases(aliases: readonly HostAlias[], path: string): FieldError[] {
  return aliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...validateIP(ip ?? '', `${path}[${index}].ip`),
    ...hostnames.flatMap((name, at) =>
      invalidValues(`${path}[${index}].hostnames[${at}]`, name, checkDNS1123Subdomain(name)),
    ),
  ]);
}
