import type { DiscoveryV1EndpointPort, V1Endpoint } from '@kubernetes/client-node';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { EndpointSlice, Wire } from '../../../shared/api/object.ts';

export type SliceEndpoint = Wire<V1Endpoint>;
export type SlicePort = Wire<DiscoveryV1EndpointPort>;

/** Endpoints that share their ports: what one slice can hold, or several. */
export interface SliceGroup {
  addressType: string;
  ports: SlicePort[];
  endpoints: SliceEndpoint[];
}

/** The contents of slices as they should become. */
export interface SlicePlan {
  create: SliceGroup[];
  update: { slice: EndpointSlice; endpoints: SliceEndpoint[]; ports: SlicePort[] }[];
  remove: EndpointSlice[];
}

/**
 * What to do with the slices that there are. Endpoints stay where they are, and new ones go where something changes
 * anyway: a change of one Pod is a write of one slice, however many there are.
 */
export function planSlices(
  groups: readonly SliceGroup[],
  existing: readonly EndpointSlice[],
  capacity: number,
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] };
  const left = new Set(existing);
  for (const group of groups) {
    const same = existing.filter((slice) => left.has(slice) && identify(slice) === identify(group));
    for (const slice of same) left.delete(slice);
    planGroup(group, same, capacity, plan);
  }
  plan.remove.push(...left);
  return recycle(plan);
}

/** One slice that goes and one that comes are one that changes. */
function recycle({ create, update, remove }: SlicePlan): SlicePlan {
  const going = [...remove];
  const coming: SliceGroup[] = [];
  const changing = [...update];
  for (const group of create) {
    const index = going.findIndex(({ addressType }) => addressType === group.addressType);
    const [slice] = index < 0 ? [] : going.splice(index, 1);
    if (slice) changing.push({ slice, endpoints: group.endpoints, ports: group.ports });
    else coming.push(group);
  }
  return { create: coming, update: changing, remove: going };
}

function identify({ addressType, ports }: { addressType?: string; ports?: readonly SlicePort[] | null }): string {
  const texts = (ports ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) =>
    [name, port ?? '', protocol, appProtocol].join('/'),
  );
  return `${addressType} ${texts.sort().join(' ')}`;
}

function planGroup(group: SliceGroup, slices: readonly EndpointSlice[], capacity: number, plan: SlicePlan): void {
  const wanted = new Map(group.endpoints.map((endpoint) => [keyOf(endpoint), endpoint]));
  const contents = slices.map((slice) => {
    const kept = (slice.endpoints ?? []).flatMap((endpoint) => take(wanted, keyOf(endpoint)));
    return { slice, kept, isChanged: !jsonEqual(kept, slice.endpoints ?? []) };
  });
  const homeless = [...wanted.values()];
  // Fullest first: what is written anyway, then what fits, so that few slices are touched.
  const byPreference = [...contents].sort(
    (a, b) => Number(b.isChanged) - Number(a.isChanged) || b.kept.length - a.kept.length,
  );
  for (const content of byPreference) {
    const joining = homeless.splice(0, Math.max(capacity - content.kept.length, 0));
    if (joining.length === 0) continue;
    content.kept.push(...joining);
    content.isChanged = true;
  }
  while (homeless.length > 0) plan.create.push({ ...group, endpoints: homeless.splice(0, capacity) });
  // A group without endpoints is wanted as a sign that there are none: one slice of it stays.
  let isHeld = contents.some(({ kept }) => kept.length > 0);
  if (!isHeld && contents.length === 0 && group.endpoints.length === 0) plan.create.push(group);
  for (const { slice, kept, isChanged } of contents) {
    if (kept.length === 0 && isHeld) plan.remove.push(slice);
    else if (isChanged) plan.update.push({ slice, endpoints: kept, ports: group.ports });
    isHeld = true;
  }
}

function take(endpoints: Map<string, SliceEndpoint>, key: string): SliceEndpoint[] {
  const endpoint = endpoints.get(key);
  endpoints.delete(key);
  return endpoint ? [endpoint] : [];
}

/** The same Pod at the same address is the same endpoint, in whatever state. */
function keyOf({ addresses, targetRef, hostname }: SliceEndpoint): string {
  return JSON.stringify([addresses, targetRef?.uid ?? '', hostname ?? '']);
}
