/** Runs one proxy backend inside a host of the lab: `proxy-host.ts MODE NODE`, one state in JSON a line, answered by `ok`. */
import { createInterface } from 'node:readline';
import { runCommand } from '../../node-agent/network/command.ts';
import { procSysctl } from '../../node-agent/network/sysctl.ts';
import { createNftablesProxy } from '../../node-agent/proxy/nftables/nftables-proxy.ts';
import type { ServiceProxyState } from '../../node-agent/proxy/service-proxy.ts';
import { createUserspaceProxy } from '../../node-agent/proxy/userspace/userspace-proxy.ts';

const [mode, nodeName] = process.argv.slice(2) as ['nftables' | 'userspace', string];
const log = { warn: (message: string, fields?: Record<string, unknown>) => console.error(message, fields) };
const network = { clusterCIDR: '10.244.0.0/16', podCIDR: '10.244.1.0/24', serviceCIDR: '10.96.0.0/12' };
const proxy =
  mode === 'nftables'
    ? createNftablesProxy({ nodeName, network, run: runCommand, sysctl: procSysctl, log })
    : createUserspaceProxy({ nodeName, serviceCIDR: network.serviceCIDR, run: runCommand, now: Date.now, log });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') await proxy.close();
  else await proxy.update(JSON.parse(line) as ServiceProxyState);
  console.log('ok');
}
