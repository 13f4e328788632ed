import ipaddr from 'ipaddr.js';
import { invalid } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';
import type { Node } from '../../api/object.ts';
import type { StrategyContext } from '../define-kind.ts';
import { toNumber, toText } from '../networking/ipv4.ts';

/** Prefix length of a node's share of the cluster's Pod addresses. */
const nodePrefix = 24;
const addressesPerNode = 2 ** (32 - nodePrefix);

/**
 * Gives a new node the lowest free block of the cluster's Pod addresses. A node that names its own keeps it; a cluster
 * that has none left creates the node without one.
 */
export function assignPodCIDR(node: Node, context: StrategyContext): void {
  node.spec ??= {};
  const wanted = node.spec.podCIDRs ?? [];
  if (wanted.length > 0) {
    refuseTaken(node, wanted, context);
    return;
  }
  for (const cidr of nodeBlocks(context.settings.clusterCIDR)) {
    if (context.isClaimed(claimOf(cidr))) continue;
    node.spec.podCIDR = cidr;
    node.spec.podCIDRs = [cidr];
    return;
  }
}

/** What a node holds so that no other gets the same addresses. */
export function podCIDRClaims(node: Node): string[] {
  return (node.spec?.podCIDRs ?? []).map(claimOf);
}

function claimOf(cidr: string): string {
  return `podCIDR/${cidr}`;
}

function refuseTaken(node: Node, cidrs: string[], context: StrategyContext): void {
  if (!cidrs.some((cidr) => context.isClaimed(claimOf(cidr)))) return;
  const error = invalidValue('spec.podCIDRs', cidrs, 'provided CIDR is already allocated');
  throw invalid({ resource: 'nodes', kind: 'Node', name: node.metadata.name }, [error]);
}

function* nodeBlocks(clusterCIDR: string): Generator<string> {
  const prefix = ipaddr.IPv4.parseCIDR(clusterCIDR)[1];
  const first = toNumber(ipaddr.IPv4.networkAddressFromCIDR(clusterCIDR).toString());
  const blocks = prefix > nodePrefix ? 0 : 2 ** (nodePrefix - prefix);
  for (let block = 0; block < blocks; block++) yield `${toText(first + block * addressesPerNode)}/${nodePrefix}`;
}
