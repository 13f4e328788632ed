import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PodStatus } from '../../shared/api/object.ts';
import type { ReportMessage } from '../../shared/protocol/messages.ts';
import { silentLog } from '../log.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { eventually } from '../testing/pods.ts';
import { createTokenRequests } from '../tokens/token-requests.ts';
import { createCheckpoint } from './checkpoint.ts';
import { type ControlConnectionDeps, createControlConnection } from './control-connection.ts';
import { createOutbox } from './outbox.ts';
import { endpointUrl, type SocketHandlers } from './socket.ts';

/** A connection whose sockets are in the test's hands. */
function aConnection(more: Partial<ControlConnectionDeps> = {}) {
  const clock = createManualClock();
  const outbox = createOutbox({ clock });
  const dialled: { handlers: SocketHandlers; sent: string[]; over: boolean }[] = [];
  const refused: string[] = [];
  const connection = createControlConnection({
    clock,
    log: silentLog,
    random: () => 1,
    nodeName: 'node-1',
    outbox,
    tokens: createTokenRequests({ clock }),
    dial: (_path, handlers) => {
      const socket = { handlers, sent: [] as string[], over: false };
      dialled.push(socket);
      const end = () => {
        socket.over = true;
      };
      return { send: (text) => socket.sent.push(text), sendBytes: async () => {}, close: end, terminate: end };
    },
    hello: () => ({ agentVersion: 'v1', node: { metadata: { name: 'node-1' } }, resumeRevision: 7 }),
    welcome: () => {},
    sync: () => {},
    delta: () => true,
    openStream: () => {},
    rejected: () => {},
    refused: (reason) => refused.push(reason),
    ...more,
  });
  const say = (message: object) => dialled.at(-1)!.handlers.message(JSON.stringify(message));
  const welcome = () => {
    dialled.at(-1)!.handlers.opened();
    say({
      type: 'welcome',
      protocol: 1,
      cluster: { clusterCIDR: 'a', serviceCIDR: 'b' },
      node: { metadata: { name: 'node-1' } },
    });
  };
  connection.start();
  return { clock, outbox, connection, dialled, refused, say, welcome };
}

const status = (phase: string) => ({ phase }) as PodStatus;
const pod = { namespace: 'default', name: 'a', uid: 'u' };
const reportsOf = (socket: { sent: string[] }): ReportMessage[] =>
  socket.sent
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text))
    .filter(({ type }) => type === 'report');

describe('the control connection', () => {
  test('[P1] speaks first, with hello', () => {
    const { dialled } = aConnection();
    dialled[0]!.handlers.opened();
    expect(JSON.parse(dialled[0]!.sent[0]!)).toMatchObject({ type: 'hello', protocol: 1, resumeRevision: 7 });
  });

  test('[P2] is not tried again after a refusal', () => {
    const { dialled, clock, refused, say, welcome } = aConnection();
    welcome();
    say({ type: 'refuse', reason: 'protocolVersion', message: 'node speaks 1, this is 2' });
    clock.advance(3_600_000);
    expect(refused).toEqual(['protocolVersion']);
    expect(dialled).toHaveLength(1);
  });

  test('[P3] ignores what it does not know', () => {
    const { connection, say, welcome } = aConnection();
    welcome();
    say({ type: 'somethingNew', value: 1 });
    expect(connection.isConnected()).toBe(true);
  });

  test('[P6] starts over when changes are missing', () => {
    const { dialled, clock, say, welcome } = aConnection({ delta: () => false });
    welcome();
    say({ type: 'delta', from: 9, revision: 10, changes: [] });
    expect(dialled[0]!.over).toBe(true);
    clock.advance(1_000);
    expect(dialled).toHaveLength(2);
  });

  test('[P8] repeats after a reconnect what was not acknowledged, newest status only', () => {
    const { dialled, clock, outbox, say, welcome } = aConnection();
    welcome();
    outbox.podStatus(pod, status('Pending'));
    clock.advance(20);
    outbox.podStatus(pod, status('Running'));
    clock.advance(20);
    expect(reportsOf(dialled[0]!)).toHaveLength(1);
    dialled[0]!.handlers.closed('gone');
    clock.advance(1_000);
    welcome();
    clock.advance(20);
    const [again, ...more] = reportsOf(dialled[1]!);
    expect(again!.podStatuses).toEqual([{ pod, status: { phase: 'Running' } }]);
    expect(more).toEqual([]);
    say({ type: 'ack', seq: again!.seq });
    expect(outbox.isEmpty()).toBe(true);
  });

  test('tells a status that may wait only when nothing replaces it in time', () => {
    const { dialled, clock, outbox, say, welcome } = aConnection();
    welcome();
    outbox.podStatus(pod, status('Pending'), { patienceMs: 500 });
    clock.advance(400);
    outbox.podStatus(pod, status('Running'));
    clock.advance(20);
    outbox.podStatus(pod, status('Failed'), { patienceMs: 500 });
    say({ type: 'ack', seq: 1 });
    clock.advance(499);
    const told = () => reportsOf(dialled[0]!).map(({ podStatuses }) => podStatuses?.[0]?.status.phase);
    expect(told()).toEqual(['Running']);
    clock.advance(1);
    expect(told()).toEqual(['Running', 'Failed']);
  });

  test('tells the last status of a Pod and its removal in one report, and leaves others to wait', () => {
    const { dialled, clock, outbox, welcome } = aConnection();
    welcome();
    outbox.podStatus({ ...pod, name: 'b', uid: 'v' }, status('Pending'), { patienceMs: 500 });
    outbox.podStatus(pod, status('Failed'), { patienceMs: 1_000 });
    outbox.podRemoved(pod);
    clock.advance(20);
    const [report] = reportsOf(dialled[0]!);
    expect(report).toMatchObject({ podStatuses: [{ pod, status: { phase: 'Failed' } }], podsRemoved: [pod] });
  });

  test('[P11] pings, and gives up a server that is silent for three intervals', () => {
    const { dialled, clock, welcome } = aConnection();
    welcome();
    clock.advance(10_000);
    expect(dialled[0]!.sent).toContain('ping');
    dialled[0]!.handlers.message('pong');
    clock.advance(39_000);
    expect(dialled[0]!.over).toBe(false);
    clock.advance(1_500);
    expect(dialled[0]!.over).toBe(true);
    expect(dialled).toHaveLength(2);
  });

  test('waits longer after each failure, up to half a minute', () => {
    const { dialled, clock } = aConnection();
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      dialled.at(-1)!.handlers.closed('refused');
      waits.push(clock.untilNext()!);
      clock.advance(waits.at(-1)!);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });
});

test.each([
  ['https://h:8443', '/fairlead/v1/join', 'https://h:8443/fairlead/v1/join'],
  ['https://h/clusters/a', '/fairlead/v1/join', 'https://h/clusters/a/fairlead/v1/join'],
  ['https://h/clusters/a/', '/clusters/a/streams/1', 'https://h/clusters/a/streams/1'],
])('on %s, %s is %s', (server, path, expected) => expect(endpointUrl(server, path).href).toBe(expected));

describe('the checkpoint', () => {
  let dir: string;
  let outcomes: { ok: boolean; full?: boolean }[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fairlead-checkpoint-'));
    outcomes = [];
  });
  afterEach(() => rm(dir, { recursive: true }));

  const checkpointIn = (file: string, clock = createManualClock()) =>
    createCheckpoint<number>({ file, clock, log: silentLog, written: (outcome) => outcomes.push(outcome) });

  test('is private, keeps the newest state, and is nothing where it is broken', async () => {
    const file = join(dir, 'checkpoint.json');
    const checkpoint = checkpointIn(file);
    for (const value of [1, 2, 3]) checkpoint.save(() => value);
    await checkpoint.close();
    expect(await checkpoint.load()).toBe(3);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, '{"broken');
    expect(await checkpoint.load()).toBeUndefined();
    expect(await readFile(file, 'utf8')).toBe('{"broken');
  });

  test('tries again what the disk did not take', async () => {
    const clock = createManualClock();
    const file = join(dir, 'later', 'checkpoint.json');
    const checkpoint = checkpointIn(file, clock);
    checkpoint.save(() => 4);
    await eventually(() => outcomes.length === 1);
    expect(outcomes).toEqual([{ ok: false, full: false }]);
    await mkdir(join(dir, 'later'));
    clock.advance(5_000);
    await checkpoint.close();
    expect(outcomes.at(-1)).toEqual({ ok: true });
    expect(await checkpoint.load()).toBe(4);
  });
});
