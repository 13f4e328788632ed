import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints, Service } from '../../shared/api/object.ts';
import { type Client, nodeIP, type PodName, ProxyLab, pods, serverPort } from './proxy-lab.ts';

const clusterIP = '10.96.0.50';
const port = 80;
const nodePort = 30_123;

interface Shape {
  backends: PodName[];
  notReady?: PodName[];
  protocol?: 'TCP' | 'UDP';
  spec?: Service['spec'];
}

function served({ backends, notReady = [], protocol = 'TCP', spec = {} }: Shape): {
  service: Service;
  endpoints: Endpoints;
} {
  const metadata = { name: 'echo', namespace: 'default' };
  const address = (name: PodName) => ({ ip: pods[name].ip, nodeName: pods[name].node });
  return {
    service: {
      metadata,
      spec: { clusterIP, type: 'NodePort', ports: [{ port, protocol, nodePort, targetPort: serverPort }], ...spec },
    },
    endpoints: {
      metadata,
      subsets: [
        {
          addresses: backends.map(address),
          notReadyAddresses: notReady.map(address),
          ports: [{ port: serverPort, protocol }],
        },
      ],
    },
  };
}

/** Every implementation of ServiceProxy behaves like this; the numbers are cited by nothing else. */
export function serviceProxyContract(mode: 'nftables' | 'userspace', prefix: string): void {
  describe(`ServiceProxy, ${mode}`, () => {
    let lab: ProxyLab;

    beforeAll(async () => {
      lab = new ProxyLab(prefix);
      await lab.start(mode);
    }, 30_000);
    afterAll(() => lab?.destroy());
    afterEach(() => lab.update());

    const ask = (client: Client, protocol: 'TCP' | 'UDP' = 'TCP', host = clusterIP, at = port) =>
      lab.ask(client, { protocol, host, port: at });

    async function namesOf(
      client: Client,
      count: number,
      protocol: 'TCP' | 'UDP' = 'TCP',
    ): Promise<Set<string | undefined>> {
      const names = new Set<string | undefined>();
      for (let i = 0; i < count; i++) names.add((await ask(client, protocol)).name);
      return names;
    }

    test('[X1] a Pod reaches every ready backend through the cluster IP', async () => {
      await lab.update(served({ backends: ['one', 'two', 'far'] }));
      expect(await namesOf('pod one', 40)).toEqual(new Set(['one', 'two', 'far']));
    });

    test('[X2] so does a process of the node itself', async () => {
      await lab.update(served({ backends: ['two', 'far'] }));
      expect(await namesOf('node', 30)).toEqual(new Set(['two', 'far']));
    });

    test('[X3] UDP is balanced as TCP is', async () => {
      await lab.update(served({ backends: ['two', 'far'], protocol: 'UDP' }));
      expect(await namesOf('pod one', 30, 'UDP')).toEqual(new Set(['two', 'far']));
      expect(await namesOf('node', 30, 'UDP')).toEqual(new Set(['two', 'far']));
    });

    test.each(['TCP', 'UDP'] as const)(
      '[X4] a node port serves %s from outside, from the node and on its loopback',
      async (protocol) => {
        await lab.update(served({ backends: ['one', 'far'], protocol }));
        expect((await ask('outside', protocol, nodeIP, nodePort)).name).toMatch(/one|far/);
        expect((await ask('node', protocol, nodeIP, nodePort)).name).toMatch(/one|far/);
        expect((await ask('node', protocol, '127.0.0.1', nodePort)).name).toMatch(/one|far/);
      },
    );

    test.each(['TCP', 'UDP'] as const)(
      '[X5] a Pod reaches itself through its own Service over %s',
      async (protocol) => {
        await lab.update(served({ backends: ['one'], protocol }));
        expect((await ask('pod one', protocol)).name).toBe('one');
      },
    );

    test('[X6] a Service without ready backends refuses connections at once', async () => {
      await lab.update(served({ backends: [], notReady: ['one'] }));
      expect(await ask('pod one')).toEqual({ error: 'ECONNREFUSED' });
      expect(await ask('node')).toEqual({ error: 'ECONNREFUSED' });
      expect(await ask('outside', 'TCP', nodeIP, nodePort)).toEqual({ error: 'ECONNREFUSED' });
    });

    test('[X7] a backend that leaves gets no new connections', async () => {
      await lab.update(served({ backends: ['one', 'two'] }));
      await lab.update(served({ backends: ['two'] }));
      expect(await namesOf('pod one', 10)).toEqual(new Set(['two']));
    });

    test('[X8] a UDP client moves on when its backend leaves, from the same port', async () => {
      const request = { protocol: 'UDP' as const, host: clusterIP, port, from: 41_000 };
      await lab.update(served({ backends: ['two'], protocol: 'UDP' }));
      expect((await lab.ask('pod one', request)).name).toBe('two');
      await lab.update(served({ backends: ['far'], protocol: 'UDP' }));
      expect((await lab.ask('pod one', request)).name).toBe('far');
    });

    test('[X9] ClientIP affinity keeps a client with one backend', async () => {
      await lab.update(served({ backends: ['one', 'two', 'far'], spec: { sessionAffinity: 'ClientIP' } }));
      expect((await namesOf('pod one', 15)).size).toBe(1);
    });

    test('[X10] externalTrafficPolicy Local serves the node port from this node alone', async () => {
      await lab.update(served({ backends: ['two', 'far'], spec: { externalTrafficPolicy: 'Local' } }));
      for (let i = 0; i < 8; i++) expect((await ask('outside', 'TCP', nodeIP, nodePort)).name).toBe('two');
      await lab.update(served({ backends: ['far'], spec: { externalTrafficPolicy: 'Local' } }));
      expect(await ask('outside', 'TCP', nodeIP, nodePort)).toEqual({ error: 'ECONNREFUSED' });
      expect((await ask('pod one')).name).toBe('far');
    });

    // A socket of the proxy's own is the client that the backend sees.
    test.skipIf(mode === 'userspace')('[X11] externalTrafficPolicy Local keeps the address of the client', async () => {
      await lab.update(served({ backends: ['two'], spec: { externalTrafficPolicy: 'Local' } }));
      expect(await ask('outside', 'TCP', nodeIP, nodePort)).toEqual({ name: 'two', client: '192.168.77.2' });
    });

    test('[X12] internalTrafficPolicy Local stays on the node', async () => {
      await lab.update(served({ backends: ['two', 'far'], spec: { internalTrafficPolicy: 'Local' } }));
      expect(await namesOf('pod one', 10)).toEqual(new Set(['two']));
    });

    test('[X13] a large transfer arrives whole and ends when the client has sent all', async () => {
      await lab.update(served({ backends: ['far'] }));
      const echoBytes = 3_000_000;
      expect(await lab.ask('pod one', { protocol: 'TCP', host: clusterIP, port, echoBytes })).toEqual({
        echoed: echoBytes,
      });
    });

    test('[X14] a Service that is gone is refused, and close leaves nothing behind', async () => {
      await lab.update(served({ backends: ['two'] }));
      await lab.update();
      expect(await ask('pod one')).toEqual({ error: 'ECONNREFUSED' });
      await lab.closeProxy();
      expect(lab.rules()).not.toContain('fairlead_proxy');
      await lab.update(served({ backends: ['two'] }));
      expect((await ask('pod one')).name).toBe('two');
    });
  });
}
