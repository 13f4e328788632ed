import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PodNetworkConfig } from '../../node-agent/network/pod-network.ts';
import { LineProcess } from '../lab/line-process.ts';
import { NetworkLab } from '../lab/namespaces.ts';
import { eventually } from '../lab/wait.ts';

const ranges = { clusterCIDR: '10.244.0.0/16', serviceCIDR: '10.96.0.0/12' };

interface Machine {
  name: string;
  ip: string;
  podCIDR: string;
  podIP: string;
  host: string;
  pod: string;
  network: LineProcess;
}

/** Three machines: `a` and `b` share a link, `c` is behind a router that knows nothing of Pods. */
describe('the network of Pods', () => {
  const lab = new NetworkLab('flnet');
  const machines: Machine[] = [];

  function addMachine(
    name: string,
    index: number,
    { ip, gateway, link }: { ip: string; gateway: string; link: string },
  ): void {
    const host = lab.addHost(name);
    const pod = lab.addHost(`${name}-p`);
    lab.connect({ host, device: 'eth0', address: `${ip}/24` }, { host: router, device: `to-${name}`, bridge: link });
    lab.exec(host, 'ip', ['route', 'add', 'default', 'via', gateway]);
    const script = join(import.meta.dirname, 'network-host.ts');
    const network = new LineProcess(lab.spawn(host, process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'] }));
    machines.push({ name, ip, podCIDR: `10.244.${index}.0/24`, podIP: `10.244.${index}.2`, host, pod, network });
  }

  const router = lab.addHost('router');
  const configOf = (self: Machine, known: Machine[]): PodNetworkConfig => ({
    ...ranges,
    podCIDR: self.podCIDR,
    nodeIP: self.ip,
    peers: known
      .filter((peer) => peer !== self)
      .map((peer) => ({ name: peer.name, nodeIP: peer.ip, podCIDR: peer.podCIDR })),
  });

  async function applyTo(known: Machine[]): Promise<void> {
    for (const machine of known) expect(await machine.network.ask(JSON.stringify(configOf(machine, known)))).toBe('ok');
  }

  const machine = (name: string) => machines.find((item) => item.name === name) as Machine;
  const pings = (from: Machine, to: string) => lab.exec(from.pod, 'ping', ['-c1', '-W2', to]).includes('1 received');

  beforeAll(async () => {
    lab.exec(router, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
    for (const [link, address] of [
      ['near', '10.1.1.1/24'],
      ['far', '10.1.2.1/24'],
    ] as const) {
      lab.exec(router, 'ip', ['link', 'add', link, 'type', 'bridge']);
      lab.exec(router, 'ip', ['addr', 'add', address, 'dev', link]);
      lab.exec(router, 'ip', ['link', 'set', link, 'up']);
    }
    addMachine('a', 1, { ip: '10.1.1.11', gateway: '10.1.1.1', link: 'near' });
    addMachine('b', 2, { ip: '10.1.1.12', gateway: '10.1.1.1', link: 'near' });
    addMachine('c', 3, { ip: '10.1.2.13', gateway: '10.1.2.1', link: 'far' });
    await applyTo(machines);
    for (const { host, pod, podCIDR, podIP } of machines) {
      lab.connect({ host: pod, device: 'eth0', address: `${podIP}/24` }, { host, device: 'pod', bridge: 'fairlead0' });
      lab.exec(pod, 'ip', ['route', 'add', 'default', 'via', podCIDR.replace('.0/24', '.1')]);
    }
  });
  afterAll(() => {
    for (const { network } of machines) network.stop();
    lab.destroy();
  });

  test('Pods of machines on one link reach each other by a direct route', async () => {
    await eventually('an answer', () => pings(machine('a'), machine('b').podIP), 10_000);
    expect(lab.exec(machine('a').host, 'ip', ['route', 'get', machine('b').podIP])).toContain('via 10.1.1.12 dev eth0');
  });

  test('Pods behind a router reach each other through a tunnel, both ways', async () => {
    await eventually('an answer from c', () => pings(machine('a'), machine('c').podIP), 10_000);
    await eventually('an answer from b', () => pings(machine('c'), machine('b').podIP), 10_000);
    expect(lab.exec(machine('a').host, 'ip', ['route', 'get', machine('c').podIP])).toContain('dev fairlead-vx');
  });

  test('a Pod sees the address of the Pod that calls, and the outside sees the machine', async () => {
    const capture = (target: Machine, from: Machine) => lab.exec(target.pod, 'ip', ['route', 'get', from.podIP]);
    expect(capture(machine('b'), machine('a'))).toContain('via 10.244.2.1');
    // The router has no route to Pods: it can only answer what carries the machine's own address.
    expect(pings(machine('a'), '10.1.2.1')).toBe(true);
  });

  test('a peer that is gone loses its route, and the others keep theirs', async () => {
    await applyTo([machine('a'), machine('c')]);
    expect(lab.exec(machine('a').host, 'ip', ['route'])).not.toContain('10.244.2.0/24');
    expect(pings(machine('a'), machine('c').podIP)).toBe(true);
    await applyTo(machines);
    await eventually('an answer', () => pings(machine('a'), machine('b').podIP), 10_000);
  });
});
