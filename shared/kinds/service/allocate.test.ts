import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../api/object.ts';
import { defaultSettings } from '../define-kind.ts';
import service from '../service.ts';
import { aContext, submit } from '../testing/submit.ts';
import { addressRange } from './address-range.ts';
import { pickFree } from './pick-free.ts';

const settings = { ...defaultSettings, serviceCIDR: '10.0.0.0/29', nodePortRange: { from: 30000, to: 30002 } };

function contextWith(...claims: string[]) {
  return aContext({ settings, isClaimed: (claim) => claims.includes(claim) });
}

function write(spec: object, options: { old?: Service; claims?: string[] } = {}) {
  const outcome = submit(
    service,
    { metadata: { name: 's' }, spec },
    { old: options.old, context: contextWith(...(options.claims ?? [])) },
  );
  const messages = (outcome.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
  return { messages, service: outcome.object as unknown as Service };
}

function created(spec: object, claims: string[] = []): Service {
  const { service: made, messages } = write(spec, { claims });
  expect(messages).toEqual([]);
  return made;
}

const ports = [{ port: 80 }];

describe('cluster addresses', () => {
  it('are chosen among the free ones', () => {
    expect(created({ ports }, ['clusterIP/10.0.0.1', 'clusterIP/10.0.0.2']).spec).toMatchObject({
      clusterIP: '10.0.0.3',
      clusterIPs: ['10.0.0.3'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
  });

  it('may be named, if they are free', () => {
    const spec = { ports, clusterIP: '10.0.0.4' };
    expect(created(spec).spec?.clusterIPs).toEqual(['10.0.0.4']);
    expect(write(spec, { claims: ['clusterIP/10.0.0.4'] }).messages).toEqual([
      'spec.clusterIPs: Invalid value: ["10.0.0.4"]: failed to allocate IP 10.0.0.4: provided IP is already allocated',
    ]);
  });

  it('are never the first or the last of the network', () => {
    for (const clusterIP of ['10.0.0.0', '10.0.0.7']) {
      expect(write({ ports, clusterIP }).messages[0]).toContain('provided IP is not in the valid range');
    }
  });

  it('run out', () => {
    const all = [1, 2, 3, 4, 5, 6].map((host) => `clusterIP/10.0.0.${host}`);
    expect(() => write({ ports }, { claims: all })).toThrow('failed to allocate a serviceIP: range is full');
  });

  it('are claimed as long as they are used', () => {
    const claims = (spec: object) => service.strategy.claims!(created(spec) as never);
    expect(claims({ ports })).toEqual(['clusterIP/10.0.0.1']);
    expect(claims({ ports, clusterIP: 'None' })).toEqual([]);
    expect(claims({ type: 'ExternalName', externalName: 'example.com' })).toEqual([]);
    expect(claims({ ports, type: 'NodePort' })).toEqual(['clusterIP/10.0.0.1', 'nodePort/TCP/30000']);
  });

  it('are IPv4', () => {
    expect(write({ ports, ipFamilies: ['IPv6'] }).messages).toEqual([
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ]);
    expect(write({ ports, ipFamilyPolicy: 'RequireDualStack' }).messages).toEqual([
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ]);
  });
});

describe('node ports', () => {
  it('may be named, if they are free and in range', () => {
    const spec = (nodePort: number) => ({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
    expect(created(spec(30001)).spec?.ports?.[0]?.nodePort).toBe(30001);
    expect(write(spec(30001), { claims: ['nodePort/TCP/30001'] }).messages).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ]);
    expect(write(spec(80)).messages).toEqual([
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-30002',
    ]);
  });

  it('are the same for one port over two protocols, and different otherwise', () => {
    const made = created({
      type: 'NodePort',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53 },
        { name: 'web', port: 80 },
      ],
    });
    expect(made.spec?.ports?.map(({ nodePort }) => nodePort)).toEqual([30000, 30000, 30001]);
  });

  it('are not given to a type that has none', () => {
    expect(write({ ports: [{ port: 80, nodePort: 30000 }] }).messages).toEqual([
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ]);
  });
});

describe('an update', () => {
  const old = created({ type: 'NodePort', ports });
  const held = ['clusterIP/10.0.0.1', 'nodePort/TCP/30000'];

  it('that names no address keeps the one there is', () => {
    const { service: updated } = write(
      { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] },
      { old, claims: held },
    );
    expect(updated.spec).toMatchObject({ clusterIP: '10.0.0.1', ports: [{ nodePort: 30000, targetPort: 8080 }] });
  });

  it('of the type releases the ports', () => {
    const { service: updated } = write({ ...old.spec, type: 'ClusterIP' }, { old, claims: held });
    expect(updated.spec?.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(updated.spec?.externalTrafficPolicy).toBeUndefined();
  });

  it('to a name releases everything, and back gets a new address', () => {
    const named = write({ ...old.spec, type: 'ExternalName', externalName: 'example.com' }, { old, claims: held });
    expect(named.messages).toEqual([]);
    expect(service.strategy.claims!(named.service as never)).toEqual([]);
    const back = write(
      { ...named.service.spec, type: 'ClusterIP' },
      { old: named.service, claims: ['clusterIP/10.0.0.1'] },
    );
    expect(back.service.spec?.clusterIP).toBe('10.0.0.2');
  });

  it('cannot change the address', () => {
    const change = { ...old.spec, clusterIP: '10.0.0.5', clusterIPs: ['10.0.0.5'] };
    expect(write(change, { old, claims: held }).messages).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.0.0.5"]: may not change once set',
    ]);
  });

  it('cannot take the port of another', () => {
    const change = { ...old.spec, ports: [{ port: 80, nodePort: 30002 }] };
    expect(write(change, { old, claims: [...held, 'nodePort/TCP/30002'] }).messages).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30002: provided port is already allocated',
    ]);
  });
});

describe('choosing', () => {
  it('finds a free one whenever there is one, outside the reserved part if it can', () => {
    const places = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        places,
        fc.nat(40),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (free, part, random) => {
          const reserved = Math.min(part, free.length);
          const picked = pickFree({
            size: free.length,
            reserved,
            random: () => random,
            isFree: (index) => free[index] === true,
          });
          if (picked === undefined) return !free.includes(true);
          return free[picked] === true && (picked >= reserved || !free.slice(reserved).includes(true));
        },
      ),
    );
  });

  it('leaves the start of a large network to those who name their address', () => {
    const range = addressRange('10.96.0.0/12');
    expect([range.size, range.reserved, range.at(0)]).toEqual([2 ** 20 - 2, 256, '10.96.0.1']);
    expect(range.contains('10.111.255.254')).toBe(true);
    expect(range.contains('10.111.255.255')).toBe(false);
  });
});
