import ipaddr from 'ipaddr.js';
import { goQuote } from '../../api/go-format.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, traversal } from '../functions.ts';
import { BOOL, INT, STRING } from '../types.ts';
import { OpaqueValue, type Value } from '../values.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const IP = { kind: 'opaque', name: 'net.IP' } as const;
const CIDR = { kind: 'opaque', name: 'net.CIDR' } as const;

class IpValue extends OpaqueValue {
  readonly type = IP;
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && show(this.address) === show(other.address);
  }
}

class CidrValue extends OpaqueValue {
  readonly type = CIDR;
  readonly address: Address;
  readonly bits: number;
  constructor(address: Address, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }
  override get size(): number {
    return Math.ceil(this.bits / 8);
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof CidrValue && this.bits === other.bits && show(this.address) === show(other.address);
  }
}

/** The canonical text of an address. */
function show(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** The address, or what is wrong with the text. */
function parseAddress(text: string): Address | string {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) && !/(?:^|\.)0\d/.test(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) {
    const reason = text.includes(':') || text.includes('.') ? 'unexpected character' : 'unable to parse IP';
    return `IP Address ${goQuote(text)} parse error during conversion from string: ParseAddr(${goQuote(text)}): ${reason}`;
  }
  if (text.includes('%')) return `IP address ${goQuote(text)} with zone value is not allowed`;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`;
  return address;
}

function addressOf(text: Value | undefined): Address {
  const address = parseAddress(text as string);
  if (typeof address === 'string') throw new CelRuntimeError(address);
  return address;
}

function parseCidr(text: string): CidrValue | undefined {
  const found = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = found ? parseAddress(found[1]!) : '';
  if (typeof address === 'string') return undefined;
  const bits = Number(found![2]);
  return bits <= width(address) ? new CidrValue(address, bits) : undefined;
}

function cidrOf(text: Value | undefined): CidrValue {
  const cidr = parseCidr(text as string);
  if (cidr) return cidr;
  const quoted = goQuote(text as string);
  const inner = `network address parse error during conversion from string: netip.ParsePrefix(${quoted}): invalid prefix`;
  throw new CelRuntimeError(`network address parse error during conversion from string: ${inner}`);
}

function width(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function containsAddress(cidr: CidrValue, address: Address): boolean {
  return cidr.address.kind() === address.kind() && sameBits(cidr.address, address, cidr.bits);
}

function sameBits(a: Address, b: Address, bits: number): boolean {
  const [left, right] = [a.toByteArray(), b.toByteArray()];
  for (let index = 0; index * 8 < bits; index++) {
    const mask = bits - index * 8 >= 8 ? 0xff : (0xff << (8 - (bits - index * 8))) & 0xff;
    if ((left[index]! & mask) !== (right[index]! & mask)) return false;
  }
  return true;
}

function masked({ address, bits }: CidrValue): CidrValue {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & ((0xff << (8 - kept)) & 0xff);
  });
  return new CidrValue(ipaddr.fromByteArray(bytes), bits);
}

const ipTests: Readonly<Record<string, (address: Address, range: string) => boolean>> = {
  isUnspecified: (address) => address.toByteArray().every((byte) => byte === 0),
  isLoopback: (_address, range) => range === 'loopback',
  isLinkLocalMulticast: (address) => {
    const bytes = address.toByteArray();
    if (bytes.length === 4) return bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0;
    return bytes[0] === 0xff && (bytes[1]! & 0x0f) === 2;
  },
  isLinkLocalUnicast: (_address, range) => range === 'linkLocal',
  isGlobalUnicast: (_address, range) =>
    !['loopback', 'linkLocal', 'multicast', 'unspecified', 'broadcast'].includes(range),
};

/** Comparing as many bytes as the prefix has, twice; `extra` is for masking and for reading a text. */
const comparing = (extra: (args: readonly Value[]) => number) => (args: readonly Value[]) =>
  Math.ceil((args[0] as CidrValue).size * 2 * 0.1) + extra(args);
const reading = ([, text]: readonly Value[]) => Math.ceil((text as string).length * 0.1);
const masking = ([cidr]: readonly Value[]) => Math.ceil((cidr as CidrValue).size * 0.1) + 1;

export const network: readonly Overload[] = [
  plain('ip', [STRING], IP, ([text]) => new IpValue(addressOf(text)), traversal(0)),
  plain('isIP', [STRING], BOOL, ([text]) => typeof parseAddress(text as string) !== 'string', traversal(0)),
  plain('ip.isCanonical', [STRING], BOOL, ([text]) => show(addressOf(text)) === text, traversal(0, 2)),
  plain('string', [IP], STRING, ([ip]) => show((ip as IpValue).address)),
  member('family', [IP], INT, ([ip]) => ((ip as IpValue).address.kind() === 'ipv4' ? 4n : 6n)),
  ...Object.entries(ipTests).map(([name, test]) =>
    member(name, [IP], BOOL, ([ip]) => test((ip as IpValue).address, (ip as IpValue).address.range())),
  ),
  plain('cidr', [STRING], CIDR, ([text]) => cidrOf(text), traversal(0)),
  plain('isCIDR', [STRING], BOOL, ([text]) => parseCidr(text as string) !== undefined, traversal(0)),
  plain('string', [CIDR], STRING, ([cidr]) => `${show((cidr as CidrValue).address)}/${(cidr as CidrValue).bits}`),
  member('ip', [CIDR], IP, ([cidr]) => new IpValue((cidr as CidrValue).address)),
  member('prefixLength', [CIDR], INT, ([cidr]) => BigInt((cidr as CidrValue).bits)),
  member('masked', [CIDR], CIDR, ([cidr]) => masked(cidr as CidrValue)),
  member(
    'containsIP',
    [CIDR, STRING],
    BOOL,
    ([cidr, ip]) => containsAddress(cidr as CidrValue, addressOf(ip)),
    comparing(reading),
  ),
  member(
    'containsIP',
    [CIDR, IP],
    BOOL,
    ([cidr, ip]) => containsAddress(cidr as CidrValue, (ip as IpValue).address),
    comparing(() => 0),
  ),
  member(
    'containsCIDR',
    [CIDR, STRING],
    BOOL,
    ([cidr, other]) => containsCidr(cidr as CidrValue, cidrOf(other)),
    comparing((args) => masking(args) + reading(args)),
  ),
  member(
    'containsCIDR',
    [CIDR, CIDR],
    BOOL,
    ([cidr, other]) => containsCidr(cidr as CidrValue, other as CidrValue),
    comparing(masking),
  ),
];

function containsCidr(cidr: CidrValue, other: CidrValue): boolean {
  return cidr.bits <= other.bits && containsAddress(cidr, other.address);
}
