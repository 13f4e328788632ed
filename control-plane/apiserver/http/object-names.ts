/** Names of the Durable Objects that make up a cluster. A cluster's own name is a DNS label, so `/` separates safely. */

/** The main object (`shard` empty) or a shard of it. */
export function clusterObjectName(cluster: string, shard = ''): string {
  return shard ? `${cluster}/${shard}` : cluster;
}

export function gatewayObjectName(cluster: string, index: number): string {
  return `${cluster}/gateway/${index}`;
}

/** Which of `count` gateways holds the connection of a node. Stable: FNV-1a over the name. */
export function gatewayIndex(node: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < node.length; at++) hash = Math.imul(hash ^ node.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % count;
}

export function streamObjectName(cluster: string, streamId: string): string {
  return `${cluster}/stream/${streamId}`;
}

/** A stream names the node that serves it, so that no other can take its place: `NODE~RANDOM`. */
export function streamIdFor(node: string, random: string): string {
  return `${node}~${random}`;
}

export function nodeOfStream(streamId: string): string {
  return streamId.slice(0, Math.max(0, streamId.indexOf('~')));
}
