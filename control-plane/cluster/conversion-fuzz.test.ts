import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aV1, type Converted, ConvertingCluster, v1Path, v2Path } from './testing/converting.ts';

const value = fc.oneof(
  fc.constantFrom(null, '', 'x', 'stable.example.com/v2', 'CronTab', 0, 1.5, true),
  fc.constantFrom([], {}, [null], { a: null }, { a: 1 }, { name: 'c' }, { status: 'Success' }),
  fc.jsonValue({ maxDepth: 2 }),
);
/** A place in an answer and what is put there. */
const lie = fc.tuple(
  fc.constantFrom(
    ...[
      ['apiVersion'],
      ['kind'],
      ['response'],
      ['response', 'uid'],
      ['response', 'result'],
      ['response', 'result', 'status'],
    ],
    ...[
      ['response', 'convertedObjects'],
      ['response', 'convertedObjects', 0],
    ],
    ...['apiVersion', 'kind', 'metadata', 'spec', 'host'].map((field) => ['response', 'convertedObjects', 0, field]),
    ...['name', 'namespace', 'uid', 'labels', 'annotations', 'resourceVersion', 'ownerReferences', 'managedFields'].map(
      (field) => ['response', 'convertedObjects', 0, 'metadata', field],
    ),
  ),
  value,
);

function put(target: unknown, [step, ...rest]: readonly (string | number)[], what: unknown): unknown {
  if (step === undefined) return what;
  if (Array.isArray(target)) return target.map((item, index) => (index === step ? put(item, rest, what) : item));
  if (typeof target !== 'object' || target === null) return target;
  const object = target as Record<string, unknown>;
  return { ...object, [step]: put(object[step], rest, what) };
}

it('whatever a webhook says, objects are what they should be or the webhook is blamed', async () => {
  const cluster = await ConvertingCluster.create();
  const { json: stored } = await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
  let blamed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(lie, { minLength: 1, maxLength: 3 }), async (lies) => {
      cluster.fixture.outside = async ({ body }) => {
        let answer: unknown = await cluster.answer(body).json();
        for (const [place, what] of lies) answer = put(answer, place, what);
        return Response.json(answer);
      };
      const calls: readonly [string, string, unknown?][] = [
        ['GET', `${v2Path}/c`],
        ['GET', v2Path],
        [
          'PUT',
          `${v2Path}/c?dryRun=All`,
          {
            ...aV1('c', ''),
            apiVersion: 'stable.example.com/v2',
            host: 'a',
            metadata: { name: 'c', resourceVersion: stored.metadata.resourceVersion },
          },
        ],
      ];
      for (const [method, path, body] of calls) {
        const { status, json, text } = await cluster.fixture.call(method, path, { body });
        if (status >= 500) {
          blamed++;
          expect(json).toMatchObject({
            kind: 'Status',
            code: 500,
            message: expect.stringMatching(/^conversion webhook for /),
          });
          continue;
        }
        if (status >= 400) continue;
        for (const object of (json.items ?? [json]) as (Converted & { metadata: object })[]) {
          expect(object, text).toMatchObject({
            apiVersion: 'stable.example.com/v2',
            kind: 'CronTab',
            metadata: { name: 'c', namespace: 'default', uid: stored.metadata.uid },
          });
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(blamed).toBeGreaterThan(50);
  expect(cluster.fixture.errors).toEqual([]);
  expect((await cluster.call('GET', `${v1Path}/c`)).json).toEqual(stored);
}, 60_000);
