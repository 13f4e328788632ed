import type { Endpoint, EndpointAddress, EndpointPort, Subsets } from './address.ts';

interface Row {
  address: EndpointAddress;
  /** By the text of a port; the empty text stands for none. Not ready beats ready. */
  readyByPort: Map<string, boolean>;
}

/**
 * The canonical form of a set of endpoints: ports that are served by the same addresses in the same state share a
 * subset, everything is sorted. Equal sets give equal results, whatever order they were found in.
 */
export function packSubsets(endpoints: readonly Endpoint[]): Subsets {
  const ports = new Map<string, EndpointPort | undefined>();
  const rows = new Map<string, Row>();
  for (const { address, port, ready } of endpoints) {
    const portText = port ? textOf(port) : '';
    ports.set(portText, port);
    const id = `${address.ip} ${address.targetRef?.uid ?? ''}`;
    const row = rows.get(id) ?? { address, readyByPort: new Map() };
    row.readyByPort.set(portText, ready && row.readyByPort.get(portText) !== false);
    rows.set(id, row);
  }
  const sortedRows = [...rows.values()].sort(byAddress);
  const groups = new Map<string, { ports: EndpointPort[]; text: string }>();
  for (const text of [...ports.keys()].sort()) {
    const states = sortedRows.map(({ readyByPort }) => stateLetter(readyByPort.get(text))).join('');
    const group = groups.get(states) ?? { ports: [], text };
    const port = ports.get(text);
    if (port) group.ports.push(port);
    groups.set(states, group);
  }
  return [...groups.values()].map(({ ports: sharedPorts, text }) => {
    const inState = (ready: boolean) =>
      sortedRows.filter(({ readyByPort }) => readyByPort.get(text) === ready).map(({ address }) => address);
    const addresses = inState(true);
    const notReadyAddresses = inState(false);
    return {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(sharedPorts.length > 0 ? { ports: sharedPorts } : {}),
    };
  });
}

function stateLetter(ready: boolean | undefined): string {
  return ready === undefined ? '-' : ready ? 'r' : 'n';
}

function textOf({ name = '', port, protocol = 'TCP', appProtocol = '' }: EndpointPort): string {
  return [name, String(port).padStart(5, '0'), protocol, appProtocol].join('/');
}

function byAddress(a: Row, b: Row): number {
  const left = [sortableIp(a.address.ip), a.address.targetRef?.uid ?? ''].join(' ');
  const right = [sortableIp(b.address.ip), b.address.targetRef?.uid ?? ''].join(' ');
  return left < right ? -1 : left > right ? 1 : 0;
}

/** IPv4 by number; IPv6 addresses are canonical text, of which any stable order will do. */
function sortableIp(ip: string): string {
  if (ip.includes(':')) return `6${ip}`;
  return `4${ip
    .split('.')
    .map((part) => part.padStart(3, '0'))
    .join('.')}`;
}

/** Keeps at most `capacity` addresses, ready ones first, spread over the subsets in proportion. */
export function truncateSubsets(subsets: Subsets, capacity: number): { subsets: Subsets; truncated: boolean } {
  const count = (of: 'addresses' | 'notReadyAddresses') =>
    subsets.reduce((sum, item) => sum + (item[of]?.length ?? 0), 0);
  const ready = count('addresses');
  const notReady = count('notReadyAddresses');
  if (ready + notReady <= capacity) return { subsets, truncated: false };
  const share = (length: number, total: number, room: number) =>
    total === 0 ? 0 : Math.floor((length * room) / total);
  const readyRoom = Math.min(ready, capacity);
  const notReadyRoom = capacity - readyRoom;
  const cut = subsets.map(({ addresses = [], notReadyAddresses = [], ports }) => {
    const keptReady = addresses.slice(0, share(addresses.length, ready, readyRoom));
    const keptNotReady = notReadyAddresses.slice(0, share(notReadyAddresses.length, notReady, notReadyRoom));
    return {
      ...(keptReady.length > 0 ? { addresses: keptReady } : {}),
      ...(keptNotReady.length > 0 ? { notReadyAddresses: keptNotReady } : {}),
      ...(ports ? { ports } : {}),
    };
  });
  return { subsets: cut.filter((item) => item.addresses || item.notReadyAddresses), truncated: true };
}
