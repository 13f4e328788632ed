/** Runs the Pod network inside a host of the lab: one PodNetworkConfig in JSON a line, answered by `ok`. */
import { createInterface } from 'node:readline';
import { createBridgeNetwork, type EngineNetworks } from '../../node-agent/network/bridge-network.ts';
import { runCommand } from '../../node-agent/network/command.ts';
import type { PodNetworkConfig } from '../../node-agent/network/pod-network.ts';
import { procSysctl } from '../../node-agent/network/sysctl.ts';

/** A bridge as an engine makes it, without the engine. */
const networks: EngineNetworks = {
  async ensureBridge({ bridge, subnet }) {
    if ((await runCommand('ip', ['-o', 'link', 'show'])).includes(` ${bridge}:`)) return;
    await runCommand('ip', ['link', 'add', bridge, 'type', 'bridge']);
    await runCommand('ip', ['addr', 'add', subnet.replace('.0/', '.1/'), 'dev', bridge]);
    await runCommand('ip', ['link', 'set', bridge, 'up']);
  },
  async removeBridge() {},
};
const network = createBridgeNetwork({
  networks,
  run: runCommand,
  sysctl: procSysctl,
  log: { warn: (message, fields) => console.error(message, fields) },
});

for await (const line of createInterface({ input: process.stdin })) {
  await network.ensure(JSON.parse(line) as PodNetworkConfig);
  console.log('ok');
}
