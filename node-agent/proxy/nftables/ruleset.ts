import { createHash } from 'node:crypto';
import type { Backend, ServiceTarget } from '../targets.ts';

/** Everything of the table that depends on Services. Two rulesets can be told apart entry by entry. */
export interface Ruleset {
  /** Chain name to its rules. */
  chains: Map<string, string[]>;
  /** Key of `cluster_ips` (`ADDRESS . PROTOCOL . PORT`) to the chain that serves it. */
  clusterIPs: Map<string, string>;
  /** Key of `node_ports` (`PROTOCOL . PORT`) to the chain that serves it. */
  nodePorts: Map<string, string>;
  /** Local backends, which may reach themselves through their own Service. */
  hairpins: Set<string>;
}

export interface TableConfig {
  clusterCIDR: string;
  podCIDR: string;
  serviceCIDR: string;
  /** Packets between Pods of one bridge pass netfilter, so replies find their way back through the translation. */
  bridgeNetfilter: boolean;
}

export const tableName = 'fairlead_proxy';
/** Packets that must leave with this node's own address. */
const masqueradeMark = '0x4000';

function chainName(prefix: string, name: string): string {
  return `${prefix}_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** Which backend: at random for each connection, or always the same for one client while the backends stay. */
function balance(target: ServiceTarget, backends: readonly Backend[]): string {
  const elements = backends.map((backend, index) => `${index} : ${backend.ip} . ${backend.port}`).join(', ');
  const choice = target.affinitySeconds === undefined ? 'numgen random' : 'jhash ip saddr';
  const seed = target.affinitySeconds === undefined ? '' : ' seed 0x66616972';
  return `meta l4proto ${target.protocol.toLowerCase()} dnat ip addr . port to ${choice} mod ${backends.length}${seed} map { ${elements} }`;
}

/** The rules for these targets. Targets without backends have none: their packets meet the final reject. */
export function renderRuleset(targets: readonly ServiceTarget[]): Ruleset {
  const ruleset: Ruleset = { chains: new Map(), clusterIPs: new Map(), nodePorts: new Map(), hairpins: new Set() };
  for (const target of targets) {
    const protocol = target.protocol.toLowerCase();
    if (target.internal.length > 0) {
      const chain = chainName('svc', target.name);
      ruleset.chains.set(chain, [balance(target, target.internal)]);
      for (const address of target.addresses)
        ruleset.clusterIPs.set(`${address} . ${protocol} . ${target.port}`, chain);
    }
    if (target.nodePort !== undefined && target.external.length > 0) {
      const chain = chainName('ext', target.name);
      const mark = `meta mark set meta mark | ${masqueradeMark}`;
      const masquerade = target.keepsClientAddress ? `ip saddr 127.0.0.0/8 ${mark}` : mark;
      ruleset.chains.set(chain, [masquerade, balance(target, target.external)]);
      ruleset.nodePorts.set(`${protocol} . ${target.nodePort}`, chain);
    }
    for (const backend of [...target.internal, ...target.external]) {
      if (backend.local) ruleset.hairpins.add(`${backend.ip} . ${backend.ip}`);
    }
  }
  return ruleset;
}

/** The table with nothing served yet; replaces whatever an earlier agent left. */
export function renderTable(config: TableConfig): string {
  // Without bridge netfilter the reply of a Pod on the same bridge would reach the client untranslated.
  const sameBridge = config.bridgeNetfilter
    ? ''
    : `ct status dnat ip saddr ${config.podCIDR} ip daddr ${config.podCIDR} masquerade fully-random`;
  return `table ip ${tableName} {}
delete table ip ${tableName}
table ip ${tableName} {
  map cluster_ips {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  map node_ports {
    type inet_proto . inet_service : verdict
  }
  set hairpins {
    type ipv4_addr . ipv4_addr
  }
  chain services {
    ip daddr . meta l4proto . th dport vmap @cluster_ips
    fib daddr type local meta l4proto . th dport vmap @node_ports
  }
  chain prerouting {
    type nat hook prerouting priority dstnat
    jump services
  }
  chain output {
    type nat hook output priority -100
    jump services
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    meta mark & ${masqueradeMark} != 0 meta mark set meta mark ^ ${masqueradeMark} masquerade fully-random
    ct status dnat ip saddr . ip daddr @hairpins masquerade fully-random
    ${sameBridge}
  }
  chain unserved {
    ip daddr ${config.serviceCIDR} meta l4proto tcp reject with tcp reset
    ip daddr ${config.serviceCIDR} reject
  }
  chain forward {
    type filter hook forward priority filter
    jump unserved
  }
  chain local_out {
    type filter hook output priority filter
    jump unserved
  }
  chain loopback_guard {
    type filter hook prerouting priority raw
    iifname != "lo" ip daddr 127.0.0.0/8 drop
  }
}
`;
}

function mapChanges(
  name: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): { gone: string[]; come: string[] } {
  const gone: string[] = [];
  const come: string[] = [];
  for (const [key, chain] of before)
    if (after.get(key) !== chain) gone.push(`delete element ip ${tableName} ${name} { ${key} }`);
  for (const [key, chain] of after)
    if (before.get(key) !== chain) come.push(`add element ip ${tableName} ${name} { ${key} : goto ${chain} }`);
  return { gone, come };
}

function setChanges(name: string, before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  return [
    ...[...before.difference(after)].map((key) => `delete element ip ${tableName} ${name} { ${key} }`),
    ...[...after.difference(before)].map((key) => `add element ip ${tableName} ${name} { ${key} }`),
  ];
}

/** The commands, in one atomic script, that turn one ruleset into another. Empty when they are the same. */
export function diffRulesets(before: Ruleset, after: Ruleset): string {
  const chains: string[] = [];
  for (const [name, rules] of after.chains) {
    const old = before.chains.get(name);
    if (old && old.join('\n') === rules.join('\n')) continue;
    chains.push(old ? `flush chain ip ${tableName} ${name}` : `add chain ip ${tableName} ${name}`);
    chains.push(...rules.map((rule) => `add rule ip ${tableName} ${name} ${rule}`));
  }
  const ips = mapChanges('cluster_ips', before.clusterIPs, after.clusterIPs);
  const ports = mapChanges('node_ports', before.nodePorts, after.nodePorts);
  const obsolete = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  const commands = [
    ...chains,
    ...ips.gone,
    ...ports.gone,
    ...ips.come,
    ...ports.come,
    ...setChanges('hairpins', before.hairpins, after.hairpins),
    // A chain can go only when nothing points to it any more.
    ...obsolete.flatMap((name) => [`flush chain ip ${tableName} ${name}`, `delete chain ip ${tableName} ${name}`]),
  ];
  return commands.length === 0 ? '' : `${commands.join('\n')}\n`;
}

export function emptyRuleset(): Ruleset {
  return { chains: new Map(), clusterIPs: new Map(), nodePorts: new Map(), hairpins: new Set() };
}
