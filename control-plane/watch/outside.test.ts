import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StatusError } from '../../shared/api/errors.ts';
import { createStore } from '../store/create-store.ts';
import { openNodeDatabase } from '../store/testing/node-sqlite.ts';
import { putObject } from '../store/testing/objects.ts';
import { parseFrame } from './frame.ts';
import { WatchHub } from './hub.ts';
import { plainEvent, type WatchAttachment, type WatchedObject, type Watcher, watchedObject } from './watcher.ts';

/** A watcher that acknowledges when it is told to. */
class Reader implements Watcher {
  attachment: WatchAttachment;
  readonly texts: string[] = [];
  closed?: number;

  constructor(attachment: Partial<WatchAttachment>) {
    this.attachment = { resource: 'pods', format: 'v2', revision: 0, ...attachment };
  }

  send(text: string): void {
    this.texts.push(text);
  }

  save(attachment: WatchAttachment): void {
    this.attachment = attachment;
  }

  close(code: number): void {
    this.closed = code;
  }

  /** `a@1`, or the error. */
  get told(): string[] {
    const lines = this.texts.flatMap((text) => parseFrame(text).events.split('\n')).filter((line) => line !== '');
    return lines.map((line) => {
      const { type, object } = JSON.parse(line);
      if (type === 'ERROR') return object.message;
      expect(object.converted).toBe('v2');
      return `${object.metadata.name}@${object.metadata.resourceVersion}`;
    });
  }
}

interface Question {
  states: readonly WatchedObject[];
  answer(): void;
  refuse(): void;
}

function setUp() {
  const store = createStore({ sql: openNodeDatabase(), now: () => 0 });
  const questions: Question[] = [];
  const errors: unknown[] = [];
  const due: (() => void)[] = [];
  const hub = new WatchHub({
    store,
    matcherFor: () => () => true,
    readState: () => ({ events: [] }),
    outside: {
      formOf: ({ format }) => (format === 'json' ? undefined : format),
      convert: ({ format }, states) =>
        new Promise((resolve, reject) =>
          questions.push({
            states,
            answer: () =>
              resolve(
                states.map((one) => watchedObject(one.key, JSON.stringify({ ...one.parsed(), converted: format }))),
              ),
            refuse: () => reject(new StatusError('InternalError', 'nobody knows')),
          }),
        ),
      readState: async () => ({ events: [] }),
    },
    encode: (type, object) => plainEvent(type, object),
    schedule: (run, delayMs) => {
      if (delayMs < 1000) due.push(run);
    },
    onError: (error) => errors.push(error),
    options: { windowUnits: 400 },
  });
  const settle = async () => {
    for (let i = 0; i < 10; i++) {
      for (const run of due.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const put = (name: string) => store.transaction((tx) => putObject(tx, name));
  return { store, hub, questions, errors, settle, put };
}

it('[W11] a watch that fails takes no other with it', async () => {
  const { hub, questions, settle, put, errors } = setUp();
  const [first, other] = [new Reader({ name: 'a' }), new Reader({ name: 'b' })];
  for (const one of [first, other]) hub.add(one);
  put('a');
  await settle();
  questions.shift()!.refuse();
  await settle();
  put('b');
  await settle();
  for (const one of questions.splice(0)) one.answer();
  await settle();
  expect([first.told, first.closed]).toEqual([['nobody knows'], 4500]);
  expect([other.told, other.closed]).toEqual([['b@2'], undefined]);
  expect({ errors, size: hub.size }).toEqual({ errors: [], size: 1 });
});

it('[W11] whoever comes, reads or goes when, each gets every change once and in order', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('put', 'put', 'join', 'leave', 'answer', 'acknowledge', 'settle', 'settle'), {
        maxLength: 60,
        size: 'max',
      }),
      async (steps) => {
        const { store, hub, questions, errors, settle, put } = setUp();
        const readers: { reader: Reader; from: number; isGone: boolean; read: number }[] = [];
        const expected: string[] = [];
        const acknowledge = (one: (typeof readers)[number]) => {
          const units = one.reader.texts.join('').length;
          hub.acknowledge(one.reader, units - one.read);
          one.read = units;
        };
        let count = 0;
        for (const step of steps) {
          count++;
          const some = readers[count % Math.max(readers.length, 1)];
          if (step === 'put') {
            put(`n${count % 3}`);
            expected.push(`n${count % 3}@${store.revision}`);
          } else if (step === 'join') {
            const from = count % 2 === 0 ? store.revision : Math.floor(store.revision / 2);
            const reader = new Reader({ revision: from });
            hub.add(reader);
            readers.push({ reader, from, isGone: false, read: 0 });
          } else if (step === 'leave' && some) {
            some.isGone = true;
            hub.remove(some.reader);
          } else if (step === 'answer') questions.shift()?.answer();
          else if (step === 'acknowledge' && some) acknowledge(some);
          else if (step === 'settle') await settle();
          expect(questions.length).toBeLessThanOrEqual(1);
        }
        for (let i = 0; i < 200; i++) {
          for (const one of readers) acknowledge(one);
          questions.shift()?.answer();
          await settle();
        }
        for (const { reader, from, isGone } of readers) {
          const all = expected.slice(from);
          expect(reader.told).toEqual(isGone ? all.slice(0, reader.told.length) : all);
        }
        expect(errors).toEqual([]);
      },
    ),
    { numRuns: 60 },
  ));
