import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { aPod } from '../testing/pods.ts';
import { createPodTokens, type PodTokens } from './pod-tokens.ts';
import { ControlPlaneAway, createTokenRequests } from './token-requests.ts';

const pod = aPod({ serviceAccountName: 'builder' });
const uid = pod.metadata.uid!;

describe('tokens of Pods', () => {
  let clock: ManualClock;
  let tokens: PodTokens;
  let issued: number;
  let lifetimeMs: number;
  let isAway: boolean;
  let due: string[];
  beforeEach(() => {
    clock = createManualClock();
    [issued, lifetimeMs, isAway, due] = [0, 3600_000, false, []];
    tokens = createPodTokens({
      clock,
      log: silentLog,
      random: () => 0,
      async request() {
        if (isAway) throw new Error('the control plane does not answer');
        issued += 1;
        return { token: `t${issued}`, expiresMs: clock.now() + lifetimeMs };
      },
      due: (pod) => due.push(pod),
    });
  });
  test('are missed, and asked for again, where a node starts its Pods without the control plane', async () => {
    const away = createPodTokens({
      clock,
      log: silentLog,
      random: () => 0,
      request: () => Promise.reject(new ControlPlaneAway('not connected')),
      due: (pod) => due.push(pod),
    });
    expect(await away.get(pod, {}, undefined)).toBeUndefined();
    expect(await away.get(pod, {}, jwt(clock.now() / 1000))).toBeUndefined();
    clock.advance(30_000);
    expect(due).toEqual([uid]);
  });

  const jwt = (exp: number) => `e.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;

  test('serve for four fifths of their life, then for a day at most', async () => {
    expect(await tokens.get(pod, {}, undefined)).toBe('t1');
    clock.advance(0.8 * lifetimeMs - 1);
    expect([await tokens.get(pod, {}, 't1'), due]).toEqual(['t1', []]);
    clock.advance(1);
    expect([await tokens.get(pod, {}, 't1'), due]).toEqual(['t2', [uid]]);
    lifetimeMs = 365 * 86_400_000;
    await tokens.get(pod, { audience: 'vault' }, undefined);
    clock.advance(86_400_000);
    expect(await tokens.get(pod, { audience: 'vault' }, undefined)).toBe('t4');
  });

  test('are one for each audience, and forgotten with the Pod', async () => {
    expect(await tokens.get(pod, {}, undefined)).toBe('t1');
    expect(await tokens.get(pod, { audience: 'vault' }, undefined)).toBe('t2');
    expect(await tokens.get(pod, {}, undefined)).toBe('t1');
    tokens.forget(uid);
    expect(clock.untilNext()).toBeUndefined();
    expect(await tokens.get(pod, {}, undefined)).toBe('t3');
  });

  test('outlive a control plane that is away, until they expire', async () => {
    await tokens.get(pod, {}, undefined);
    isAway = true;
    clock.advance(0.9 * lifetimeMs);
    expect(await tokens.get(pod, {}, jwt((clock.now() + 60_000) / 1000))).toBe('t1');
    due = [];
    clock.advance(30_000);
    expect(due).toEqual([uid]);
  });

  test('that an agent before this one left are used while no new one is to be had', async () => {
    isAway = true;
    const left = jwt(clock.now() / 1000 + 60);
    expect(await tokens.get(pod, {}, left)).toBe(left);
    clock.advance(60_000);
    for (const useless of [left, undefined, '', 'a.b.c', 'garbage', jwt(Number.NaN)]) {
      await expect(tokens.get(pod, {}, useless)).rejects.toThrow('failed to fetch token');
    }
  });
});

test('requests wait for a connection, are repeated on the next one, and not for ever', async () => {
  const clock = createManualClock();
  const requests = createTokenRequests({ clock });
  const sent: number[] = [];
  const wanted = { namespace: 'default', serviceAccount: 'a', pod: { name: 'p', uid: 'u' }, expirationSeconds: 600 };
  const answer = requests.request(wanted);
  requests.connected(({ id }) => sent.push(id));
  requests.disconnected();
  requests.connected(({ id }) => sent.push(id));
  expect(sent).toEqual([1, 1]);
  requests.answered({ type: 'token', id: 7, token: 'x', expirationTimestamp: '2026-01-01T01:00:00Z' });
  requests.answered({ type: 'token', id: 1, token: 'x', expirationTimestamp: '2026-01-01T01:00:00Z' });
  expect(await answer).toEqual({ token: 'x', expiresMs: Date.parse('2026-01-01T01:00:00Z') });
  const late = requests.request(wanted);
  clock.advance(10_000);
  await expect(late).rejects.toThrow('does not answer');
  requests.disconnected();
  const cutOff = requests.request(wanted);
  clock.advance(10_000);
  await expect(cutOff).rejects.toThrow(ControlPlaneAway);
});
