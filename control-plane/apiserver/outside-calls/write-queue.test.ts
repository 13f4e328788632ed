import { beforeEach, describe, expect, test } from 'vitest';
import { StatusError } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { defaultSettings } from '../../../shared/kinds/define-kind.ts';
import type { AdmissionPlugin } from '../admission/admission.ts';
import { defaultPlugins } from '../admission/plugins.ts';
import type { WriteRequest } from '../registry/registry.ts';
import { RegistryFixture } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { configMap } from '../registry/testing/objects.ts';
import { writesOver } from './testing/writes.ts';
import type { WriteLimits, WriteQueue } from './write-queue.ts';

interface Asked {
  place: string;
  object: KubernetesObject;
  answer(value: unknown): void;
  fail(error: Error): void;
  signal: AbortSignal;
}

let asked: Asked[];
let cluster: RegistryFixture;
let writes: WriteQueue;

/** Asks about the object as it is and lays the answer down in its data. */
function asking(phase: 'admit' | 'validate', ...places: string[]): AdmissionPlugin {
  return {
    name: `asking-${places}`,
    operations: ['CREATE', 'UPDATE'],
    resources: ['configmaps'],
    [phase]({ object, run }: Parameters<NonNullable<AdmissionPlugin['admit']>>[0]) {
      if (!run.asks || !object) return;
      const content = JSON.stringify(object);
      const answers = run.answers<string>(
        places.map((place) => ({
          place,
          content,
          subject: { resource: 'configmaps', name: object.metadata.name ?? '' },
          ask: (signal) =>
            new Promise((resolve, reject) => {
              const answer = (value: unknown) => resolve(String(value));
              asked.push({ place, object: JSON.parse(content) as KubernetesObject, answer, fail: reject, signal });
            }),
        })),
      );
      if (answers.includes('no')) throw new StatusError('Forbidden', 'no');
      if (phase === 'admit') object.data = { ...(object.data as object), [places[0]!]: answers[0] };
    },
  };
}

function start(plugins: readonly AdmissionPlugin[], limits?: Partial<WriteLimits>): void {
  asked = [];
  cluster = new RegistryFixture(testKinds, defaultSettings, [...defaultPlugins, ...plugins]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
  writes = writesOver(cluster.store, cluster.world, limits);
}

function request(write: { verb: 'create' | 'update'; name?: string; body: object }): WriteRequest {
  const kind = cluster.kinds.byResource('configmaps')!;
  const common = { kind, namespace: 'default', user: { name: 'u', groups: [] }, fieldManager: 'm' };
  return { name: '', ...write, ...common };
}

const submit = (write: Parameters<typeof request>[0]) =>
  writes
    .submit((tx, runOf) => cluster.registry.write(tx, request(write), runOf(0)))
    .then(({ json }) => JSON.parse(json) as KubernetesObject);
const create = (name: string) => submit({ verb: 'create', body: configMap(name) });
const turn = () => new Promise((resolve) => setImmediate(resolve));
const next = async (): Promise<Asked> => {
  for (let i = 0; i < 50 && asked.length === 0; i++) await turn();
  return asked.shift()!;
};

describe('a write that asks outside', () => {
  beforeEach(() => start([asking('admit', 'first'), asking('admit', 'second'), asking('validate', 'third')]));

  test('is written once it has its answers, asked for in the order of admission', async () => {
    const written = create('a');
    (await next()).answer('1');
    const second = await next();
    expect(second).toMatchObject({ place: 'second', object: { data: { first: '1' } } });
    second.answer('2');
    const third = await next();
    expect(third).toMatchObject({ place: 'third', object: { data: { first: '1', second: '2' } } });
    expect(cluster.names('configmaps')).toEqual([]);
    third.answer('yes');
    expect(await written).toMatchObject({ data: { first: '1', second: '2' } });
    expect(asked).toEqual([]);
  });

  test('keeps its name, uid and time from one attempt to the next', async () => {
    cluster.randoms = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    const written = submit({ verb: 'create', body: { metadata: { generateName: 'g-' } } });
    for (let i = 0; i < 2; i++) {
      cluster.nowMs += 5000;
      (await next()).answer('1');
    }
    const third = await next();
    third.answer('yes');
    const { metadata } = await written;
    expect(metadata.creationTimestamp).toBe('2026-01-02T03:04:05Z');
    expect({ name: metadata.name, uid: metadata.uid }).toEqual({
      name: third.object.metadata.name,
      uid: third.object.metadata.uid,
    });
  });

  test('refused by an answer it leaves nothing behind, not even a revision', async () => {
    const { revision } = cluster;
    const written = create('a');
    (await next()).answer('no');
    await expect(written).rejects.toThrow('no');
    expect(cluster.revision).toBe(revision);
  });

  test('an asker that throws ends the write with what it throws', async () => {
    const written = create('a');
    (await next()).fail(new StatusError('InternalError', 'broken'));
    await expect(written).rejects.toThrow('broken');
  });

  test('forgotten in the middle it never happened, and others go on', async () => {
    const { revision } = cluster;
    const forgotten = create('a');
    const question = await next();
    const other = writes.submit((tx, runOf) => runOf(0).now() + tx.revision);
    expect(await other).toBeGreaterThan(0);
    expect(cluster.revision).toBe(revision);
    question.fail(new StatusError('InternalError', 'over'));
    await expect(forgotten).rejects.toThrow('over');
  });

  test('asks again where the object has changed meanwhile, and only there', async () => {
    cluster.create('configmaps', configMap('a', { x: '0' }));
    const patch = writes.submit((tx, runOf) =>
      cluster.registry.write(
        tx,
        {
          ...request({ verb: 'update', name: 'a', body: {} }),
          verb: 'patch',
          patchType: 'merge',
          name: 'a',
          body: { data: { y: '1' } },
        } as WriteRequest,
        runOf(0),
      ),
    );
    const first = await next();
    cluster.update('configmaps', 'a', configMap('a', { x: 'changed' }));
    first.answer('1');
    const again = await next();
    expect(again).toMatchObject({ place: 'first', object: { data: { x: 'changed', y: '1' } } });
    again.answer('2');
    (await next()).answer('3');
    (await next()).answer('yes');
    expect(JSON.parse((await patch).json)).toMatchObject({ data: { x: 'changed', y: '1', first: '2', second: '3' } });
  });

  test('gives up with a conflict when the object changes faster than answers come', async () => {
    cluster.create('configmaps', configMap('a'));
    const body = { data: { y: '1' } };
    const patch = writes.submit((tx, runOf) =>
      cluster.registry.write(
        tx,
        {
          ...request({ verb: 'update', name: 'a', body }),
          verb: 'patch',
          patchType: 'merge',
          name: 'a',
          body,
        } as WriteRequest,
        runOf(0),
      ),
    );
    const outcome = expect(patch).rejects.toThrow(
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
    for (let i = 0; i < 6; i++) {
      const one = await next();
      cluster.update('configmaps', 'a', configMap('a', { i: String(i) }));
      one.answer(i);
    }
    await outcome;
    expect(asked).toEqual([]);
  });
});

test('a write takes no longer than it may, and says to the askers that nobody waits', async () => {
  start([asking('admit', 'first')], { totalMs: 20 });
  const written = create('a');
  const first = await next();
  await expect(written).rejects.toMatchObject({ code: 504, reason: 'Timeout' });
  expect(first.signal.aborted).toBe(true);
});

test('questions that do not depend on each other are asked together, a few at a time', async () => {
  start([asking('validate', 'a', 'b', 'c')], { atOnce: 2 });
  const written = create('x');
  const first = await next();
  await turn();
  expect([first, ...asked].map(({ place }) => place)).toEqual(['a', 'b']);
  first.answer('yes');
  asked.shift()?.answer('yes');
  (await next()).answer('yes');
  await written;
});

test('of a batch all questions are asked at once, and all of it is written in one transaction', async () => {
  start([asking('admit', 'first')]);
  const segments: number[] = [];
  cluster.store.onCommit((changes) => segments.push(changes.length));
  const batch = writes.submit((tx, runOf) =>
    ['a', 'b'].map((name, index) => {
      try {
        return cluster.registry.write(tx, request({ verb: 'create', body: configMap(name) }), runOf(index)).code;
      } catch (error) {
        return String(error);
      }
    }),
  );
  const [a, b] = [await next(), await next()];
  expect([a.object.metadata.name, b.object.metadata.name]).toEqual(['a', 'b']);
  a.answer('1');
  b.answer('2');
  expect(await batch).toEqual([201, 201]);
  expect(cluster.get('configmaps', 'a').metadata.uid).not.toBe(cluster.get('configmaps', 'b').metadata.uid);
  expect(segments).toEqual([2]);
});

test('nobody asks for a write that has no queue of its own', () => {
  start([asking('admit', 'first')]);
  expect(cluster.create('configmaps', configMap('a')).code).toBe(201);
});
