import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './event.ts';
import { createBatchingSink, webhookDelivery } from './sink.ts';

const event = (auditID: string, more: Partial<AuditEvent> = {}) => ({ auditID, ...more }) as AuditEvent;

/** Time passes when it is told to. */
function bench(deliver: (ids: string[]) => void) {
  const timers: { run(): void; delayMs: number }[] = [];
  const logged: [string, object][] = [];
  const sink = createBatchingSink({
    deliver: async (events) => deliver(events.map((text) => JSON.parse(text).auditID)),
    schedule: (run, delayMs) => void timers.push({ run, delayMs }),
    log: (message, fields) => void logged.push([message, fields]),
  });
  const ring = async () => {
    const timer = timers.shift();
    timer?.run();
    for (let turn = 0; turn < 200; turn++) await Promise.resolve();
    return timer?.delayMs;
  };
  return { sink, timers, logged, ring };
}

describe('batches', () => {
  it('are of what came within a second, in order, and not too large', async () => {
    const batches: string[][] = [];
    const { sink, ring, timers } = bench((ids) => batches.push(ids));
    for (let index = 0; index < 450; index++) sink.write(event(String(index)));
    expect(await ring()).toBe(1000);
    expect(batches.map(({ length }) => length)).toEqual([400, 50]);
    expect(batches.flat()).toEqual(Array.from({ length: 450 }, (_, index) => String(index)));
    expect(timers).toEqual([]);
    sink.write(event('late'));
    await ring();
    expect(batches[2]).toEqual(['late']);
  });

  it('are tried again, and given up in the end', async () => {
    let failures = 2;
    const arrived: string[] = [];
    const { sink, ring, logged } = bench((ids) => {
      if (failures-- > 0) throw new Error('not now');
      arrived.push(...ids);
    });
    sink.write(event('a'));
    expect([await ring(), await ring(), await ring()]).toEqual([1000, 1000, 2000]);
    expect(arrived).toEqual(['a']);
    failures = 100;
    sink.write(event('b'));
    for (let turn = 0; turn < 5; turn++) await ring();
    expect(logged).toEqual([['audit events lost', { events: 1, error: 'Error: not now' }]]);
    failures = 0;
    sink.write(event('c'));
    await ring();
    expect(arrived).toEqual(['a', 'c']);
  });

  it('do not fill the memory: what is too much is counted', async () => {
    const arrived: string[] = [];
    const { sink, ring, logged } = bench((ids) => arrived.push(...ids));
    for (let index = 0; index < 12; index++)
      sink.write(event(String(index), { requestObject: 'x'.repeat(1024 * 1024) }));
    await ring();
    expect(arrived).toHaveLength(7);
    expect(logged).toEqual([['audit events lost: more came than could be delivered', { events: 5 }]]);
  });
});

it('a webhook gets an EventList', async () => {
  const sent: { url: string; init: RequestInit }[] = [];
  const answers = [200, 500];
  const send = async (url: unknown, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    return new Response(null, { status: answers.shift() });
  };
  const deliver = webhookDelivery({ url: 'https://logs.example.com/a', token: 't' }, send as typeof fetch);
  await deliver(['{"auditID":"1"}', '{"auditID":"2"}']);
  expect(sent[0]!.url).toBe('https://logs.example.com/a');
  expect(new Headers(sent[0]!.init.headers).get('authorization')).toBe('Bearer t');
  expect(JSON.parse(String(sent[0]!.init.body))).toEqual({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    items: [{ auditID: '1' }, { auditID: '2' }],
  });
  await expect(deliver(['{}'])).rejects.toThrow('the audit webhook answered 500');
});
