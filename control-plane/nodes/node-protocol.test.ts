import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aPod } from '../cluster/testing/fixture.ts';
import { type FakeNode, hello, NodePlaneFixture } from './testing/node-plane-fixture.ts';

const pods = '/api/v1/namespaces/default/pods';
const configMaps = '/api/v1/namespaces/default/configmaps';

let plane: NodePlaneFixture;
beforeEach(async () => {
  plane = await NodePlaneFixture.create({ nodeMonitorGracePeriodSeconds: 40 });
});

const call = (method: string, path: string, body?: unknown, headers = {}) =>
  plane.fixture.call(method, path, { body, headers });
const createPod = async (name: string, spec: Record<string, unknown> = {}) =>
  (await call('POST', pods, aPod(name, spec))).json;
const bind = (pod: string, node: string) =>
  call('POST', `${pods}/${pod}/binding`, { metadata: { name: pod }, target: { kind: 'Node', name: node } });
const refOf = ({
  metadata: { namespace, name, uid },
}: {
  metadata: { namespace: string; name: string; uid: string };
}) => ({ namespace, name, uid });
const running = { phase: 'Running', podIP: '10.244.0.5', podIPs: [{ ip: '10.244.0.5' }] };
const readyOf = async (node: string) => {
  const { json } = await call('GET', `/api/v1/nodes/${node}`);
  return json.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
};

function welcomedSpec(node: FakeNode): { podCIDR?: string; unschedulable?: boolean } {
  const stored = node.of('welcome')[0]?.node as { spec?: object } | undefined;
  return stored?.spec ?? {};
}

/** Deltas follow each other without a gap, from where the node was welcomed. */
function expectNoGap(node: FakeNode): void {
  let at: number | undefined;
  for (const message of node.received) {
    if (message.type === 'sync') at = message.revision;
    if (message.type !== 'delta') continue;
    if (at !== undefined) expect(message.from).toBe(at);
    at = message.revision;
  }
}

describe('hello', () => {
  it('[P1] must come first', async () => {
    const node = plane.open('n1');
    await plane.say(node, { type: 'report', seq: 1 });
    expect(node.of('refuse')[0]?.reason).toBe('notAuthorized');
    expect(node.closed).toBeDefined();
  });

  it('[P2] is refused in another protocol version, naming both', async () => {
    const node = await plane.join('n1', { protocol: 7 });
    expect(node.of('refuse')).toMatchObject([{ reason: 'protocolVersion' }]);
    expect(node.of('refuse')[0]?.message).toMatch(/7.*1/);
    expect(node.closed).toBeDefined();
  });

  it('is refused for another node than the credential is for', async () => {
    const node = plane.open('n1');
    await plane.say(node, hello('n2'));
    expect(node.of('refuse')[0]?.reason).toBe('notAuthorized');
    expect((await call('GET', '/api/v1/nodes/n2')).status).toBe(404);
  });

  it('[P3] tolerates unknown fields, unknown messages and frames that are no messages', async () => {
    const node = await plane.join('n1', { future: true });
    await plane.say(node, { type: 'unheardOf' });
    await plane.gateway.message(node, 'not JSON');
    expect(node.closed).toBeUndefined();
    expect(node.of('welcome')).toHaveLength(1);
  });

  it('[P4] registers the Node with an address range of its own and keeps what the administrator set', async () => {
    const first = await plane.join('n1');
    const second = await plane.join('n2');
    const ranges = [first, second].map((node) => welcomedSpec(node).podCIDR);
    expect(ranges).toEqual([expect.stringMatching(/\/24$/), expect.stringMatching(/\/24$/)]);
    expect(new Set(ranges).size).toBe(2);
    expect(first.of('welcome')[0]?.cluster.clusterCIDR).toBe('10.244.0.0/16');
    await call(
      'PATCH',
      '/api/v1/nodes/n1',
      { spec: { unschedulable: true } },
      { 'content-type': 'application/merge-patch+json' },
    );
    const again = await plane.join('n1');
    expect(welcomedSpec(again).unschedulable).toBe(true);
  });

  it('[P18] says what this agent can do, whatever an earlier one could', async () => {
    const features = async () => (await call('GET', '/api/v1/nodes/n1')).json.status.declaredFeatures;
    const status = { declaredFeatures: ['FairleadOutsideCalls'] };
    await plane.join('n1', { node: { metadata: { name: 'n1' }, status } });
    expect(await features()).toEqual(['FairleadOutsideCalls']);
    await plane.join('n1');
    expect(await features()).toBeUndefined();
  });

  it('[P5] is followed by everything, or by what was missed', async () => {
    const node = await plane.join('n1');
    const { revision } = node.of('sync')[0]!;
    await plane.drop(node);
    await createPod('p', { nodeName: 'n1' });
    const again = await plane.join('n1', { resumeRevision: revision });
    expect(again.of('sync')).toHaveLength(0);
    expect(again.of('delta')[0]).toMatchObject({ from: revision });
    expect(again.changes).toContain('ADDED pods/p');
    const anew = await plane.join('n1', { resumeRevision: 999_999 });
    expect(anew.of('sync')[0]?.objects.pods).toHaveLength(1);
  });

  it('[P10] makes the older connection of the node give way', async () => {
    const old = await plane.join('n1');
    const young = await plane.join('n1');
    expect(old.of('refuse')[0]?.reason).toBe('replaced');
    expect(old.closed).toBeDefined();
    await plane.gateway.closed(old);
    await createPod('p', { nodeName: 'n1' });
    await vi.waitFor(() => expect(young.changes).toContain('ADDED pods/p'));
    expect(plane.connected).toContain('n1');
  });
});

describe('changes', () => {
  it('[P7] go to the nodes that need them, and to no other', async () => {
    const [one, two] = [await plane.join('n1'), await plane.join('n2')];
    await call('POST', configMaps, { metadata: { name: 'used' }, data: { a: '1' } });
    await call('POST', configMaps, { metadata: { name: 'unused' } });
    await createPod('p', { volumes: [{ name: 'v', configMap: { name: 'used' } }] });
    await bind('p', 'n1');
    await vi.waitFor(() => expect(one.changes).toContain('ADDED pods/p'));
    expect(one.changes.indexOf('ADDED configmaps/used')).toBeLessThan(one.changes.indexOf('ADDED pods/p'));
    await call('PATCH', `${configMaps}/used`, { data: { a: '2' } }, { 'content-type': 'application/merge-patch+json' });
    await call(
      'PATCH',
      `${configMaps}/unused`,
      { data: { a: '2' } },
      { 'content-type': 'application/merge-patch+json' },
    );
    await call('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 's' },
      spec: { ports: [{ port: 80 }] },
    });
    await vi.waitFor(() => expect(two.changes).toContain('ADDED services/s'));
    await vi.waitFor(() => expect(one.changes).toContain('ADDED services/s'));
    expect(one.changes).toContain('MODIFIED configmaps/used');
    expect([...one.changes, ...two.changes].join()).not.toContain('unused');
    expect(two.changes.join()).not.toMatch(/pods|configmaps/);
  });

  it('[P6] follow each other without a gap, whatever lies between', async () => {
    const node = await plane.join('n1');
    for (let index = 0; index < 20; index++) {
      await createPod(`p${index}`, index % 3 === 0 ? { nodeName: 'n1' } : {});
      // Sometimes the gateway sleeps meanwhile.
      if (index % 7 === 0) plane.newGateway();
    }
    await vi.waitFor(() => expect(node.changes.filter((change) => change.includes('pods/'))).toHaveLength(7));
    expectNoGap(node);
  });

  it('reach a gateway that could not be reached for a while', async () => {
    const node = await plane.join('n1');
    plane.isCutOff = true;
    await createPod('first', { nodeName: 'n1' });
    await createPod('second', { nodeName: 'n1' });
    plane.isCutOff = false;
    await vi.waitFor(() => expect(node.changes).toEqual(['ADDED pods/first', 'ADDED pods/second']));
    expectNoGap(node);
  });

  it('are asked for where a batch starts later than the node is', async () => {
    const node = await plane.join('n1');
    plane.isCutOff = true;
    await createPod('missed', { nodeName: 'n1' });
    const { revision } = plane.fixture.cluster.store;
    await plane.gateway.deliver({ from: revision, revision: revision + 1, changes: [] });
    expect(node.changes).toEqual(['ADDED pods/missed']);
    expectNoGap(node);
  });

  it('that come while a hello is being answered are not lost', async () => {
    const { nodeHello } = plane.plane;
    plane.plane.nodeHello = async (...args) => {
      const result = await nodeHello(...args);
      await createPod('between', { nodeName: 'n1' });
      await vi.waitFor(() => expect(plane.fixture.cluster.store.revision).toBeGreaterThan(0));
      await plane.gateway.deliver({ revision: plane.fixture.cluster.store.revision, changes: [] });
      return result;
    };
    const node = await plane.join('n1');
    await vi.waitFor(() => expect(node.changes).toContain('ADDED pods/between'));
    expectNoGap(node);
  });
});

describe('reports', () => {
  it('[P8] are acknowledged once they are stored, and harmless twice', async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n1' });
    const report = { type: 'report', seq: 1, podStatuses: [{ pod: refOf(pod), status: running }] };
    await plane.say(node, report);
    expect(node.of('ack')).toEqual([{ type: 'ack', seq: 1 }]);
    expect((await call('GET', `${pods}/p`)).json.status.phase).toBe('Running');
    const { revision } = plane.fixture.cluster.store;
    await plane.say(node, { ...report, seq: 2 });
    expect(node.of('ack')).toHaveLength(2);
    expect(plane.fixture.cluster.store.revision).toBe(revision);
  });

  it('leave the conditions that others have set', async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n1' });
    const gate = { type: 'example.com/gate', status: 'True' };
    await call(
      'PATCH',
      `${pods}/p/status`,
      { status: { conditions: [gate] } },
      { 'content-type': 'application/merge-patch+json' },
    );
    const ready = { type: 'Ready', status: 'True' };
    const status = { ...running, conditions: [ready] };
    await plane.say(node, { type: 'report', seq: 1, podStatuses: [{ pod: refOf(pod), status }] });
    const { conditions } = (await call('GET', `${pods}/p`)).json.status;
    expect(conditions).toMatchObject([ready, gate]);
  });

  it('[P9] about a Pod that is another one by now are rejected for that item alone', async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n1' });
    const other = await createPod('q', { nodeName: 'n1' });
    const podStatuses = [
      { pod: { ...refOf(pod), uid: 'former' }, status: running },
      { pod: refOf(other), status: running },
    ];
    await plane.say(node, { type: 'report', seq: 1, podStatuses });
    expect(node.of('ack')[0]?.rejected).toMatchObject([{ item: 'pods/default/p', code: 404 }]);
    expect((await call('GET', `${pods}/q`)).json.status.phase).toBe('Running');
  });

  it("[P7] about another node's Pod are rejected with 403", async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n2' });
    await plane.say(node, { type: 'report', seq: 1, podStatuses: [{ pod: refOf(pod), status: running }] });
    expect(node.of('ack')[0]?.rejected).toMatchObject([{ item: 'pods/default/p', code: 403 }]);
  });

  it('remove a Pod only once it is marked for deletion', async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n1' });
    await plane.say(node, { type: 'report', seq: 1, podStatuses: [{ pod: refOf(pod), status: running }] });
    await plane.say(node, { type: 'report', seq: 2, podsRemoved: [refOf(pod)] });
    expect(node.of('ack')[1]?.rejected).toMatchObject([{ code: 403 }]);
    await call('DELETE', `${pods}/p`);
    expect((await call('GET', `${pods}/p`)).json.metadata.deletionTimestamp).toBeDefined();
    await plane.say(node, { type: 'report', seq: 3, podsRemoved: [refOf(pod)] });
    await plane.say(node, { type: 'report', seq: 4, podsRemoved: [refOf(pod)] });
    expect(node.of('ack').slice(2)).toEqual([
      { type: 'ack', seq: 3 },
      { type: 'ack', seq: 4 },
    ]);
    expect((await call('GET', `${pods}/p`)).status).toBe(404);
  });

  it('a last status that comes with the removal is the last that watchers see, and no write of its own', async () => {
    const node = await plane.join('n1');
    const pod = await createPod('p', { nodeName: 'n1' });
    await call('DELETE', `${pods}/p`);
    const { store } = plane.fixture.cluster;
    const after = store.revision;
    const podStatuses = [{ pod: refOf(pod), status: { phase: 'Succeeded' } }];
    await plane.say(node, { type: 'report', seq: 1, podStatuses, podsRemoved: [refOf(pod)] });
    const { changes } = store.changes({ after });
    expect(changes.map(({ type, json }) => [type, JSON.parse(json).status.phase])).toEqual([['DELETED', 'Succeeded']]);
  });

  it('of several nodes that come together share a commit', async () => {
    const nodes = [await plane.join('n1'), await plane.join('n2'), await plane.join('n3')];
    const created = await Promise.all(
      nodes.map((_node, index) => createPod(`p${index}`, { nodeName: `n${index + 1}` })),
    );
    let commits = 0;
    plane.fixture.cluster.store.onCommit(() => commits++);
    await Promise.all(
      nodes.map((node, index) =>
        plane.say(node, { type: 'report', seq: 1, podStatuses: [{ pod: refOf(created[index]), status: running }] }),
      ),
    );
    await vi.waitFor(() => expect(nodes.every((node) => node.of('ack').length === 1)).toBe(true));
    expect(commits).toBeLessThanOrEqual(2);
  });

  it('bring events, and bring known ones up to date', async () => {
    const node = await plane.join('n1');
    const event = {
      metadata: { name: 'p.1', namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: 'Started',
      message: 'Started container',
      type: 'Normal',
      count: 1,
    };
    await plane.say(node, { type: 'report', seq: 1, events: [event] });
    await plane.say(node, { type: 'report', seq: 2, events: [{ ...event, count: 2 }] });
    const { json } = await call('GET', '/api/v1/namespaces/default/events');
    expect(json.items).toMatchObject([{ reason: 'Started', count: 2 }]);
  });

  it('that cannot be stored are not acknowledged; the connection starts over', async () => {
    const node = await plane.join('n1');
    plane.plane.nodeReports = async () => {
      throw new Error('disk full');
    };
    await plane.say(node, { type: 'report', seq: 1 });
    expect(node.of('ack')).toHaveLength(0);
    expect(node.closed?.code).toBe(1013);
  });
});

describe('liveness [P11]', () => {
  it('writes Unknown when the grace period after a close is over, and not before', async () => {
    const node = await plane.join('n1');
    await plane.drop(node);
    await plane.advance(39_000);
    expect((await readyOf('n1')).status).toBe('True');
    await plane.advance(2_000);
    expect(await readyOf('n1')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    await plane.join('n1');
    expect((await readyOf('n1')).status).toBe('True');
  });

  it('counts from the last ping where the connection just went silent', async () => {
    const node = await plane.join('n1');
    await plane.advance(10_000);
    node.pingMs = plane.fixture.nowMs;
    await plane.advance(15_001);
    expect(node.closed).toBeUndefined();
    await plane.advance(10_000);
    expect(node.closed).toBeDefined();
    await plane.gateway.closed(node);
    await plane.advance(14_000);
    expect((await readyOf('n1')).status).toBe('True');
    await plane.advance(2_000);
    expect((await readyOf('n1')).status).toBe('Unknown');
  });

  it('writes nothing while a node is there or comes back in time', async () => {
    const node = await plane.join('n1');
    const { revision } = plane.fixture.cluster.store;
    const stay = async (present: FakeNode) => {
      for (let round = 0; round < 10; round++) {
        present.pingMs = plane.fixture.nowMs;
        await plane.advance(10_000);
      }
    };
    await stay(node);
    await plane.drop(node);
    await plane.advance(20_000);
    await stay(await plane.join('n1'));
    expect(plane.fixture.cluster.store.revision).toBe(revision);
    expect((await readyOf('n1')).status).toBe('True');
  });

  it('finds nodes whose sockets a restart has taken', async () => {
    await plane.join('n1');
    plane.sockets = [];
    plane.newGateway();
    await plane.advance(25_000);
    await plane.advance(41_000);
    expect((await readyOf('n1')).status).toBe('Unknown');
  });
});

describe('streams [P12]', () => {
  const message = {
    type: 'openStream',
    streamId: 's',
    path: '/s',
    request: { kind: 'logs', namespace: 'd', pod: 'p', uid: 'u', container: 'c' },
  } as const;

  it('are asked for at the node that is connected', async () => {
    const node = await plane.join('n1');
    expect(plane.gateway.openStream('n1', message)).toBe(true);
    expect(node.of('openStream')).toHaveLength(1);
    expect(plane.gateway.openStream('n2', message)).toBe(false);
  });

  it('that the node cannot serve are told to their object', async () => {
    const node = await plane.join('n1');
    await plane.say(node, { type: 'streamFailed', streamId: 's', code: 404, message: 'no such container' });
    expect(plane.failedStreams).toEqual([['s', 404, 'no such container']]);
  });
});

describe('tokens [P15]', () => {
  const ask = (node: FakeNode, more: Record<string, unknown>) =>
    plane.say(node, {
      type: 'requestToken',
      id: 1,
      namespace: 'default',
      serviceAccount: 'default',
      expirationSeconds: 600,
      ...more,
    });

  it('are issued to the node of the Pod, which others cannot speak for', async () => {
    const node = await plane.join('n1');
    const other = await plane.join('n2');
    const { metadata } = await createPod('web');
    await bind('web', 'n1');
    const pod = { name: 'web', uid: metadata.uid };
    await ask(node, { pod });
    const [answer] = node.of('token');
    expect(answer).toMatchObject({ id: 1, token: expect.any(String), expirationTimestamp: '2026-01-02T03:14:05Z' });
    const whoAmI = await plane.fixture.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: {},
      token: answer?.token,
    });
    expect(whoAmI.json.status.userInfo).toMatchObject({
      username: 'system:serviceaccount:default:default',
      extra: { 'authentication.kubernetes.io/pod-name': ['web'] },
    });
    await ask(other, { pod });
    await ask(node, { pod: { name: 'web', uid: 'another' } });
    await ask(node, { pod: { name: 'absent', uid: 'u' } });
    expect(other.of('token')[0]?.error).toMatchObject({ code: 403 });
    expect(node.of('token').map(({ error }) => error?.code)).toEqual([undefined, 403, 404]);
  });
});
