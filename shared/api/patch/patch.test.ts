import fc from 'fast-check';
import { createPatch } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';

/** Plain JSON with few names, so that patches and documents meet. */
const json = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json[]>(null, true, 0, 1, 'x', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c~/d', 'constructor'), tie('value'), { noNullPrototype: true }),
}));

const codeOf = (run: () => unknown): number => {
  try {
    run();
    return 200;
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
};

describe('applyJsonPatch', () => {
  const document: JsonObject = { metadata: { labels: { a: '1' } }, list: [1, 2, 3] };

  it('applies every operation and leaves its input alone', () => {
    const result = applyJsonPatch(document, [
      { op: 'test', path: '/metadata/labels/a', value: '1' },
      { op: 'add', path: '/metadata/labels/x~1y', value: '2' },
      { op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/b' },
      { op: 'move', from: '/metadata/labels/b', path: '/metadata/labels/c' },
      { op: 'replace', path: '/list/1', value: null },
      { op: 'remove', path: '/list/0' },
      { op: 'add', path: '/list/-', value: 4 },
    ]);
    expect(result).toEqual({ metadata: { labels: { a: '1', 'x/y': '2', c: '1' } }, list: [null, 3, 4] });
    expect(document).toEqual({ metadata: { labels: { a: '1' } }, list: [1, 2, 3] });
    expect(applyJsonPatch(document, [{ op: 'replace', path: '', value: {} }])).toEqual({});
  });

  it.each<[number, Json]>([
    [400, { not: 'list' }],
    [400, ['x']],
    [422, [{ op: 'frob', path: '/x' }]],
    [422, [{ op: 'add', value: 1 }]],
    [422, [{ op: 'add', path: 'x', value: 1 }]],
    [422, [{ op: 'remove', path: '/metadata/labels/absent' }]],
    [422, [{ op: 'replace', path: '/absent', value: 1 }]],
    [422, [{ op: 'replace', path: '/list/-1', value: 1 }]],
    [422, [{ op: 'replace', path: '/list/x', value: 1 }]],
    [422, [{ op: 'add', path: '/list/9', value: 1 }]],
    [422, [{ op: 'add', path: '/absent/x', value: 1 }]],
    [422, [{ op: 'add', path: '/metadata/labels/a/x', value: 1 }]],
    [422, [{ op: 'test', path: '/metadata/labels/a', value: 'nope' }]],
    [422, [{ op: 'move', from: '/metadata', path: '/metadata/labels/x' }]],
    [422, [{ op: 'add', path: '/toString/x', value: 1 }]],
    [422, [{ op: 'add', path: '/__proto__/x', value: 1 }]],
    [422, [{ op: 'add', path: '/__proto__', value: {} }]],
    [413, new Array(10_001).fill({ op: 'test', path: '', value: 1 })],
  ])('answers %i', (code, patch) => {
    expect(codeOf(() => applyJsonPatch(document, patch))).toBe(code);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('bounds what copies may add', () => {
    const big = { text: 'x'.repeat(1024 * 1024), list: [] };
    const copies = new Array(3).fill({ op: 'copy', from: '/text', path: '/list/-' });
    expect(() => applyJsonPatch(big, copies)).toThrow('Unable to complete the copy, the accumulated size increase');
  });

  it('turns one document into another by their difference', () => {
    fc.assert(
      fc.property(json.object, json.object, (from, to) => {
        expect(applyJsonPatch(from, createPatch(from, to))).toEqual(to);
      }),
    );
  });
});

describe('applyMergePatch', () => {
  /** The definition in RFC 7386, word for word: it changes its target. */
  function definition(target: Json | undefined, patch: Json): Json {
    if (!isJsonObject(patch)) return patch;
    const object: JsonObject = isJsonObject(target) ? target : {};
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete object[name];
      else object[name] = definition(Object.hasOwn(object, name) ? object[name] : undefined, value);
    }
    return object;
  }

  it('does what RFC 7386 says, without changing its input', () => {
    fc.assert(
      fc.property(json.object, json.object, (object, patch) => {
        const before = structuredClone(object);
        expect(applyMergePatch(object, patch)).toEqual(definition(structuredClone(object), patch));
        expect(object).toEqual(before);
      }),
    );
  });

  it('refuses what is no object', () => {
    expect(() => applyMergePatch({}, null)).toThrow('Invalid JSON Patch');
    expect(() => applyMergePatch({}, [])).toThrow(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  });
});
