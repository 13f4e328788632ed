import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import { encodeObject } from '../registry/encoding.ts';
import type { ListOutcome } from '../registry/registry.ts';
import { type ListTextOptions, listText } from './list-text.ts';
import { fromYaml } from './yaml.ts';

const kind = builtInKinds.find((one) => one.kind === 'ConfigMap')!;
const metadata = { resourceVersion: '7' };
const options = {
  format: 'json',
  includeObject: 'Metadata',
  nowMs: 0,
  parse: (stored) => JSON.parse(stored.json),
} satisfies ListTextOptions;

const stored = (name: string, data: Record<string, string>) => {
  const object = { metadata: { name, namespace: 'default' }, data } as KubernetesObject;
  const key = { resource: 'configmaps', namespace: 'default', name };
  return { key, uid: name, revision: 1, json: encodeObject(kind, object) };
};
const part = fc
  .array(fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), { maxLength: 4 })
  .map((items): ListOutcome => ({ kind, metadata, items: items.map((data, index) => stored(`c${index}`, data)) }));
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

const textOf = async (of: ListOutcome[], how: ListTextOptions) => {
  let text = '';
  for await (const group of await listText(of, how)) text += [...group].join('');
  return text;
};

test('however it is cut into parts, a list is one text', () =>
  fc.assert(
    fc.asyncProperty(parts, async (all) => {
      const whole = [{ kind, metadata, items: all.flatMap(({ items }) => items) }];
      for (const as of [undefined, 'Table', 'PartialObjectMetadata'] as const) {
        for (const format of ['json', 'yaml'] as const) {
          const text = await textOf(all, { ...options, as, format });
          expect(text).toBe(await textOf(whole, { ...options, as, format }));
        }
      }
    }),
    { numRuns: 50 },
  ));

test('YAML says the same as JSON', () =>
  fc.assert(
    fc.asyncProperty(parts, async (all) => {
      const json = JSON.parse(await textOf(all, options));
      expect((await fromYaml(await textOf(all, { ...options, format: 'yaml' }))).value).toEqual(json);
    }),
    { numRuns: 50 },
  ));

test('Kubernetes writes the fields of YAML in the order of their names', async () => {
  const text = await textOf([{ kind, metadata, items: [stored('a', { key: 'value' })] }], {
    ...options,
    format: 'yaml',
  });
  expect(text).toBe(`apiVersion: v1
items:
- data:
    key: value
  metadata:
    name: a
    namespace: default
kind: ConfigMapList
metadata:
  resourceVersion: "7"
`);
});
