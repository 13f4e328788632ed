import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createStore } from '../store/create-store.ts';
import type { SqlDatabase } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { openNodeDatabase } from '../store/testing/node-sqlite.ts';
import { deleteObject, putObject } from '../store/testing/objects.ts';
import { parseFrame } from './frame.ts';
import { WatchHub, type WatchHubOptions } from './hub.ts';
import { plainEvent, type StatePart, type WatchAttachment, type WatchedObject, type Watcher } from './watcher.ts';

interface Event {
  type: string;
  object: { metadata: { name: string; resourceVersion: string }; message?: string; code?: number };
}

/** A watcher that keeps what it gets. */
class Recorder implements Watcher {
  attachment: WatchAttachment;
  readonly texts: string[] = [];
  closed?: { code: number; reason: string };
  isDead = false;

  constructor(attachment: Partial<WatchAttachment> = {}) {
    this.attachment = { resource: 'pods', format: 'json', revision: 0, ...attachment };
  }

  send(text: string): void {
    if (this.isDead) throw new Error('closed');
    this.texts.push(text);
  }

  save(attachment: WatchAttachment): void {
    this.attachment = structuredClone(attachment);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  get events(): Event[] {
    const lines = this.texts.flatMap((text) => parseFrame(text).events.split('\n'));
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
  }

  /** `ADDED a@1` */
  get summary(): string[] {
    return this.events.map(({ type, object: { metadata } }) => `${type} ${metadata.name}@${metadata.resourceVersion}`);
  }

  get units(): number {
    return this.texts.reduce((sum, text) => sum + text.length, 0);
  }
}

/** `a=b` over the labels, enough of a selector for here. */
function matcherFor({ labelSelector }: Readonly<WatchAttachment>): (object: WatchedObject) => boolean {
  if (!labelSelector) return () => true;
  const [key = '', value] = labelSelector.split('=');
  return (object) => object.parsed().metadata.labels?.[key] === value;
}

let time: number;
let store: Store;
let database: SqlDatabase;
let scheduled: { at: number; run: () => void }[];
let encoded: number;
let errors: unknown[];

/** One object at a time; the end is an event of its own. */
function readState({ state, revision }: Readonly<WatchAttachment>): StatePart {
  const after = state?.next === undefined ? {} : { after: { namespace: 'default', name: state.next } };
  const page = store.list({ resource: 'pods', limit: 1, atRevision: revision, ...after });
  const events = page.items.map((item) => plainEvent('ADDED', { ...item, parsed: () => JSON.parse(item.json) }));
  if (page.next) return { events, next: page.next.name };
  if (state?.marksEnd) events.push(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { name: 'end' } } }));
  return { events };
}

function aHub(options: Partial<WatchHubOptions> = {}): WatchHub {
  return new WatchHub({
    store,
    matcherFor,
    readState,
    encode: (type, object) => {
      encoded++;
      return plainEvent(type, object);
    },
    schedule: (run, delayMs) => scheduled.push({ at: time + delayMs, run }),
    onError: (error) => errors.push(error),
    options,
  });
}

/** A new start over the same database; whatever was scheduled before dies with the object. */
function restart(): void {
  scheduled = [];
  store = createStore({ sql: database, now: () => time, segments: { revisions: 4 }, recentUnits: 500 });
}

/** Lets this much time pass. */
function pass(ms: number): void {
  const end = time + ms;
  for (;;) {
    const due = scheduled.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    scheduled.splice(scheduled.indexOf(due), 1);
    time = Math.max(time, due.at);
    due.run();
  }
  time = end;
}

const put = (name: string, labels: Record<string, string> = {}, resource = 'pods') =>
  store.transaction((tx) => putObject(tx, name, { labels, key: { resource } }));
const remove = (name: string) => store.transaction((tx) => deleteObject(tx, name));

beforeEach(() => {
  time = 1000;
  encoded = 0;
  errors = [];
  database = openNodeDatabase();
  restart();
});

describe('events', () => {
  it('[W1] a watch gets every change of its resource and scope, in order, with its revision', () => {
    const hub = aHub();
    const all = new Recorder();
    const one = new Recorder({ namespace: 'default', name: 'b' });
    const elsewhere = new Recorder({ namespace: 'other' });
    for (const watcher of [all, one, elsewhere]) hub.add(watcher);
    put('a');
    put('b');
    put('a');
    put('s', {}, 'services');
    remove('b');
    pass(10);
    expect(all.summary).toEqual(['ADDED a@1', 'ADDED b@2', 'MODIFIED a@3', 'DELETED b@5']);
    expect(one.summary).toEqual(['ADDED b@2', 'DELETED b@5']);
    expect(elsewhere.texts).toEqual([]);
    expect(all.attachment.revision).toBe(5);
  });

  it('[W2] an object that enters a selection is ADDED, one that leaves it DELETED in its old state at the new revision', () => {
    const hub = aHub();
    const red = new Recorder({ labelSelector: 'color=red' });
    hub.add(red);
    put('a', { color: 'blue' });
    put('a', { color: 'red' });
    put('a', { color: 'red', size: 'big' });
    put('a', { color: 'blue' });
    put('a', { color: 'green' });
    put('a', { color: 'red' });
    remove('a');
    pass(10);
    expect(red.summary).toEqual(['ADDED a@2', 'MODIFIED a@3', 'DELETED a@4', 'ADDED a@6', 'DELETED a@7']);
    expect(red.events[2]?.object.metadata).toMatchObject({ labels: { color: 'red', size: 'big' } });
  });

  it('[W3] commits of a few milliseconds share a frame, and watches that are alike share its text', () => {
    const hub = aHub();
    const watchers = Array.from({ length: 20 }, () => new Recorder());
    for (const watcher of watchers) hub.add(watcher);
    put('a');
    pass(2);
    put('b');
    pass(10);
    expect(encoded).toBe(2);
    for (const { texts } of watchers) expect(texts).toEqual([expect.stringMatching(/^2\n\{.*\}\n\{.*\}\n$/)]);
  });

  it('[W4] a watch begins with the state at its revision, read in parts, and goes on after it', () => {
    put('a');
    put('b');
    const hub = aHub();
    const watcher = new Recorder({ revision: 2, state: { marksEnd: true } });
    hub.add(watcher);
    expect(watcher.summary).toEqual(['ADDED a@1']);
    put('b', { changed: 'yes' });
    put('c');
    pass(10);
    expect(watcher.summary).toEqual(['ADDED a@1', 'ADDED b@2', 'BOOKMARK end@undefined', 'MODIFIED b@3', 'ADDED c@4']);
    expect(watcher.attachment).toEqual({ resource: 'pods', format: 'json', revision: 4 });
    // Before the end there is no revision to resume from.
    expect(watcher.texts.map((text) => parseFrame(text).revision)).toEqual([0, 2, 4]);
  });

  it('[W4] a part of the state follows when the one before has been acknowledged', () => {
    for (const name of ['a', 'b', 'c']) put(name);
    const hub = aHub({ windowUnits: 1 });
    const watcher = new Recorder({ revision: 3, state: { marksEnd: false } });
    hub.add(watcher);
    pass(100);
    expect(watcher.summary).toEqual(['ADDED a@1']);
    hub.acknowledge(watcher, watcher.units);
    pass(100);
    expect(watcher.summary).toEqual(['ADDED a@1', 'ADDED b@2']);
  });

  it('[W4] what happens meanwhile comes after the state, also to a watch whose like have had theirs', () => {
    for (const name of ['a', 'b', 'c']) put(name);
    const hub = aHub();
    const [late, early] = [new Recorder({ revision: 3, state: { marksEnd: false } }), new Recorder({ revision: 3 })];
    hub.add(late);
    hub.add(early);
    put('d');
    pass(100);
    expect(early.summary).toEqual(['ADDED d@4']);
    expect(late.summary).toEqual(['ADDED a@1', 'ADDED b@2', 'ADDED c@3', 'ADDED d@4']);
  });

  it('[W4] an eviction in the midst of the state costs nothing', () => {
    for (const name of ['a', 'b', 'c']) put(name);
    const watcher = new Recorder({ revision: 3, state: { marksEnd: false } });
    aHub().add(watcher);
    remove('c');
    restart();
    aHub().add(watcher);
    pass(10);
    expect(watcher.summary).toEqual(['ADDED a@1', 'ADDED b@2', 'ADDED c@3', 'DELETED c@4']);
  });

  it('[W7] a watch that has not had its state when the log leaves it behind is told so', () => {
    put('a');
    put('b');
    const hub = aHub({ windowUnits: 1 });
    const watcher = new Recorder({ revision: 2, state: { marksEnd: false } });
    hub.add(watcher);
    put('c');
    store.compact({ beforeMs: time + 1, keepRows: 0 });
    hub.acknowledge(watcher, watcher.units);
    pass(10);
    expect(watcher.events.map(({ type, object }) => [type, object.code])).toEqual([
      ['ADDED', undefined],
      ['ERROR', 410],
    ]);
    expect(watcher.closed?.code).toBe(4410);
  });
});

describe('resuming', () => {
  it('[W5] a hub that comes up again serves each watcher from its attachment, however far each is', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) put(name);
    const hub = aHub({ batch: 2 });
    const watchers = [0, 3, 6].map((revision) => new Recorder({ revision }));
    for (const watcher of watchers) hub.add(watcher);
    pass(10);
    expect(watchers.map(({ summary }) => summary.length)).toEqual([6, 3, 0]);
    expect(watchers.map(({ attachment }) => attachment.revision)).toEqual([6, 6, 6]);
    expect(watchers[0]?.summary.at(-1)).toBe('ADDED f@6');
  });

  it('[W6] a watch that nothing happened to learns its progress once for many commits, and so survives compaction', () => {
    const hub = aHub();
    const quiet = new Recorder({ resource: 'services' });
    hub.add(quiet);
    for (let index = 0; index < 30; index++) {
      put('busy');
      pass(10);
    }
    expect(quiet.texts).toEqual([]);
    pass(5000);
    expect(quiet.texts).toEqual(['30\n']);
    expect(scheduled).toEqual([]);
    store.compact({ beforeMs: time + 1, keepRows: 0 });
    restart();
    aHub().add(quiet);
    put('s', {}, 'services');
    pass(10);
    expect(quiet.summary).toEqual(['ADDED s@31']);
    expect(quiet.closed).toBeUndefined();
  });

  it('[W7] a watch that the log has left behind is told so as Kubernetes does, and closed', () => {
    for (const name of ['a', 'b', 'c']) put(name);
    store.compact({ beforeMs: time + 1, keepRows: 0 });
    const hub = aHub();
    const late = new Recorder({ revision: 1 });
    hub.add(late);
    pass(10);
    put('d');
    pass(10);
    expect(late.events).toHaveLength(1);
    const message = 'too old resource version: 1 (3)';
    expect(late.events[0]).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired', message },
    });
    expect(late.closed?.code).toBe(4410);
    expect(hub.size).toBe(0);
  });
});

describe('watchers in trouble', () => {
  it('[W8] one that does not acknowledge gets nothing beyond its window, and everything once it does', () => {
    const hub = aHub({ windowUnits: 300 });
    const slow = new Recorder();
    const other = new Recorder();
    hub.add(slow);
    hub.add(other);
    for (let index = 0; index < 12; index++) {
      put('a');
      pass(10);
      hub.acknowledge(other, 1000);
    }
    expect(other.summary).toHaveLength(12);
    expect(slow.summary.length).toBeLessThan(6);
    for (let round = 0; round < 10; round++) {
      hub.acknowledge(slow, 400);
      pass(10);
    }
    expect(slow.summary).toEqual(other.summary);
  });

  it('[W8] one that never acknowledges is closed when the log leaves it behind', () => {
    const hub = aHub({ windowUnits: 50 });
    const stuck = new Recorder();
    hub.add(stuck);
    put('a');
    pass(10);
    for (let index = 0; index < 9; index++) put('a');
    store.compact({ beforeMs: 0, keepRows: 1 });
    put('a');
    pass(10);
    expect(stuck.closed?.code).toBe(4410);
  });

  it('[W9] a dead one is forgotten and does not disturb the others', () => {
    const hub = aHub();
    const dead = new Recorder();
    const alive = new Recorder();
    hub.add(dead);
    hub.add(alive);
    dead.isDead = true;
    put('a');
    pass(10);
    expect(hub.size).toBe(1);
    expect(alive.summary).toEqual(['ADDED a@1']);
    expect(errors).toEqual([]);
  });

  it('[W10] an attachment that a socket could not keep is refused', () => {
    const hub = aHub();
    expect(() => hub.add(new Recorder({ labelSelector: 'x'.repeat(20_000) }))).toThrow(RangeError);
    expect(hub.size).toBe(0);
  });
});

it('[W1-W8] over random histories, what a watcher has been told adds up to what it would list', () => {
  const step = fc.oneof(
    fc.record({ put: fc.constantFrom('a', 'b', 'c', 'd'), color: fc.constantFrom('red', 'blue') }),
    fc.record({ remove: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ pass: fc.nat({ max: 12 }) }),
    fc.constant('restart' as const),
    fc.constant('acknowledge' as const),
  );
  const property = fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, batch) => {
    database = openNodeDatabase();
    restart();
    const options = { batch, frameUnits: 120, windowUnits: 400 };
    let hub = aHub(options);
    const watchers = [new Recorder(), new Recorder({ labelSelector: 'color=red' })];
    for (const watcher of watchers) hub.add(watcher);
    for (const now of steps) {
      if (now === 'restart') {
        restart();
        hub = aHub(options);
        for (const watcher of watchers) hub.add(watcher);
      } else if (now === 'acknowledge') for (const watcher of watchers) hub.acknowledge(watcher, 400);
      else if ('pass' in now) pass(now.pass);
      else if ('put' in now) put(now.put, { color: now.color });
      else if (store.list({ resource: 'pods' }).items.some(({ key }) => key.name === now.remove)) remove(now.remove);
    }
    for (let round = 0; round < 100; round++) {
      for (const watcher of watchers) hub.acknowledge(watcher, 400);
      pass(10);
    }
    pass(6000);
    for (const watcher of watchers) {
      expect(replay(watcher.events)).toEqual(listed(watcher.attachment));
      const revisions = watcher.events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
      expect(watcher.attachment.revision).toBe(store.revision);
    }
  });
  fc.assert(property, { numRuns: 60 });
});

/** The objects that a client knows after these events. Fails on an event that does not fit what it knew. */
function replay(events: readonly Event[]): Record<string, string> {
  const known: Record<string, string> = {};
  for (const { type, object } of events) {
    const { name, resourceVersion } = object.metadata;
    expect(`${type} ${name in known}`).toBe(`${type} ${type !== 'ADDED'}`);
    if (type === 'DELETED') delete known[name];
    else known[name] = resourceVersion;
  }
  return known;
}

function listed(attachment: WatchAttachment): Record<string, string> {
  const matches = matcherFor(attachment);
  const items = store.list({ resource: attachment.resource }).items;
  const selected = items.filter((object) => matches({ ...object, parsed: () => JSON.parse(object.json) }));
  return Object.fromEntries(selected.map(({ key, revision }) => [key.name, String(revision)]));
}
