import type { RunCommand } from '../../network/command.ts';
import type { Sysctl } from '../../network/sysctl.ts';
import type { ServiceProxy, ServiceProxyState } from '../service-proxy.ts';
import { resolveTargets, type ServiceTarget } from '../targets.ts';
import {
  diffRulesets,
  emptyRuleset,
  type Ruleset,
  renderRuleset,
  renderTable,
  type TableConfig,
  tableName,
} from './ruleset.ts';

export interface NftablesProxyDeps {
  nodeName: string;
  network: Omit<TableConfig, 'bridgeNetfilter'>;
  run: RunCommand;
  sysctl: Sysctl;
  log: { warn(message: string, fields?: Record<string, unknown>): void };
}

/**
 * Proxies Services in the kernel: one lookup in a verdict map for the first packet of a connection, nothing for the
 * others. Rules change by difference in one atomic step; after a failure the whole table is built anew.
 */
export function createNftablesProxy({ nodeName, network, run, sysctl, log }: NftablesProxyDeps): ServiceProxy {
  /** What the kernel has; undefined when that is not certain. */
  let applied: Ruleset | undefined;
  let served: ServiceTarget[] = [];

  const nft = (script: string) => run('nft', ['-f', '-'], script);

  async function createTable(): Promise<Ruleset> {
    const bridgeNetfilter = await sysctl.set('net/bridge/bridge-nf-call-iptables', '1');
    // Lets processes of this node use node ports on 127.0.0.1; the table drops such packets from outside.
    await sysctl.set('net/ipv4/conf/all/route_localnet', '1');
    await nft(renderTable({ ...network, bridgeNetfilter }));
    return emptyRuleset();
  }

  return {
    async update(state: ServiceProxyState) {
      const targets = resolveTargets(state, nodeName);
      const wanted = renderRuleset(targets);
      const before = applied ?? (await createTable());
      applied = undefined;
      const script = diffRulesets(before, wanted);
      if (script !== '') await nft(script);
      applied = wanted;
      for (const stale of staleUdp(served, targets)) {
        await forgetFlows(stale, run).catch((error: Error) =>
          log.warn('stale UDP flows stay until they time out', { reason: error.message }),
        );
      }
      served = targets;
    },
    async close() {
      applied = undefined;
      await nft(`table ip ${tableName} {}\ndelete table ip ${tableName}\n`);
    },
  };
}

/**
 * UDP has no connections that end: the kernel keeps translating a client's packets to the backend it first got. Targets
 * that lost a backend, and those that had none, need their flows forgotten.
 */
export function staleUdp(before: readonly ServiceTarget[], after: readonly ServiceTarget[]): ServiceTarget[] {
  const now = new Map(after.map((target) => [target.name, target]));
  const backendsOf = (target: ServiceTarget | undefined) =>
    new Set([...(target?.internal ?? []), ...(target?.external ?? [])].map(({ ip, port }) => `${ip}:${port}`));
  return before.filter((old) => {
    if (old.protocol !== 'UDP') return false;
    const backends = backendsOf(old);
    return backends.size === 0 || backends.difference(backendsOf(now.get(old.name))).size > 0;
  });
}

async function forgetFlows(target: ServiceTarget, run: RunCommand): Promise<void> {
  const selections = target.addresses.map((address) => ['--orig-dst', address, '--dport', String(target.port)]);
  if (target.nodePort !== undefined) selections.push(['--dport', String(target.nodePort)]);
  for (const selection of selections) {
    // It ends with 1 and this text when there was nothing to delete.
    await run('conntrack', ['-D', '-p', 'udp', ...selection]).catch((error: Error) => {
      if (!error.message.includes('0 flow entries')) throw error;
    });
  }
}
