import { expect, test } from 'vitest';
import { addedTo, partsOfGroupVersion } from './openapi-v2.ts';

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });

test('of a document only the paths of the group version count, and what they lead to', () => {
  const document = {
    paths: { '/apis/x.example/v1/things': ref('List'), '/apis/x.example/v2/things': ref('Other'), '/version/': {} },
    definitions: { List: { items: ref('Thing') }, Thing: { parent: ref('Thing') }, Other: {}, Unused: {} },
  };
  expect(partsOfGroupVersion(document, { group: 'x.example', version: 'v1' })).toEqual({
    paths: { '/apis/x.example/v1/things': ref('List') },
    definitions: { List: { items: ref('Thing') }, Thing: { parent: ref('Thing') } },
  });
});

test.each([[{}], [{ paths: [], definitions: 'no' }], [{ paths: { '/apis/x.example/v1/a': ref('__proto__') } }]])(
  'a document may be anything: %j',
  (document) => {
    const { definitions } = partsOfGroupVersion(document, { group: 'x.example', version: 'v1' });
    expect(definitions).toEqual({});
  },
);

test('what two documents call the same and is not gets names of its own', () => {
  const base = {
    paths: { '/taken': { get: {} } },
    definitions: {
      Meta: { type: 'object', 'x-kubernetes-group-version-kind': [{ kind: 'A' }] },
      Same: { type: 'string' },
    },
  };
  const one = {
    paths: { '/taken': ref('Meta'), '/one': ref('Meta') },
    definitions: { Meta: { type: 'object', old: true }, Same: { type: 'string' }, One: { meta: ref('Meta') } },
  };
  const other = { paths: { '/other': ref('Meta') }, definitions: { Meta: { type: 'object', other: true } } };
  const same = { paths: { '/same': ref('Meta') }, definitions: { Meta: { type: 'object' } } };
  expect(addedTo(base, [one, other, one, same])).toEqual({
    paths: { '/one': ref('Meta_v2'), '/other': ref('Meta_v3'), '/same': ref('Meta') },
    definitions: {
      Meta_v2: { type: 'object', old: true },
      One: { meta: ref('Meta_v2') },
      Meta_v3: { type: 'object', other: true },
    },
  });
});
