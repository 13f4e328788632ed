import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import type { StoredObject } from '../../store/store.ts';
import { itemText, listKindOf } from '../registry/encoding.ts';
import type { ListOutcome } from '../registry/registry.ts';
import type { Negotiated } from './negotiate.ts';
import { type IncludeObject, partialMetadata, tableHead, tableRow } from './table.ts';
import { yamlWriter } from './yaml.ts';

export interface ListTextOptions extends Negotiated {
  includeObject: IncludeObject;
  /** JSON with a line for each item, its separator included, and one before and after them. */
  itemLines?: boolean;
  /** For ages. */
  nowMs: number;
  parse(stored: StoredObject): KubernetesObject;
}

/** How a list is written around its items, and each of those. */
interface ListForm {
  /** Members of the list before its items. */
  head: Record<string, unknown>;
  itemsField: 'items' | 'rows';
  /** JSON of one item. */
  item(stored: StoredObject): string;
}

/**
 * A list as text, put together item by item from its parts: however many there are, a part of them is in memory. All
 * parts have the metadata of the first.
 */
export async function listText(parts: Iterable<ListOutcome>, options: ListTextOptions): Promise<Iterable<string>> {
  const iterator = parts[Symbol.iterator]();
  // Read at once: what is wrong with the request is to be told before an answer has begun.
  const first = iterator.next().value as ListOutcome;
  const form = formOf(first, options);
  const items = itemsOf(first, iterator, form);
  return options.format === 'yaml'
    ? yamlText(form, items, await yamlWriter())
    : jsonText(form, items, options.itemLines ? '\n' : '');
}

function formOf({ kind, metadata }: ListOutcome, { as, parse, includeObject, nowMs }: ListTextOptions): ListForm {
  switch (as) {
    case 'Table':
      return {
        head: tableHead(kind, metadata),
        itemsField: 'rows',
        item: (stored) => JSON.stringify(tableRow(kind, parse(stored), { includeObject, nowMs })),
      };
    case 'PartialObjectMetadata':
      return {
        head: { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata },
        itemsField: 'items',
        item: (stored) => JSON.stringify(partialMetadata(parse(stored))),
      };
    case undefined:
      return {
        head: { kind: listKindOf(kind), apiVersion: apiVersionOf(kind), metadata },
        itemsField: 'items',
        item: (stored) => itemText(kind, stored.json),
      };
  }
}

function* itemsOf(first: ListOutcome, rest: Iterator<ListOutcome>, form: ListForm): Generator<string> {
  for (const stored of first.items) yield form.item(stored);
  for (let part = rest.next(); !part.done; part = rest.next()) {
    for (const stored of part.value.items) yield form.item(stored);
  }
}

function* jsonText({ head, itemsField }: ListForm, items: Iterable<string>, lineEnd: string): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"${itemsField}":[`;
  let separator = lineEnd;
  for (const item of items) {
    yield separator + item;
    separator = `,${lineEnd}`;
  }
  yield `${lineEnd}]}`;
}

/** In the order in which Kubernetes writes YAML: that of the names. */
function* yamlText(
  { head, itemsField }: ListForm,
  items: Iterable<string>,
  toYaml: (value: unknown) => string,
): Generator<string> {
  const fields = Object.entries(head);
  const text = (isBefore: boolean) => {
    const some = fields.filter(([name]) => name < itemsField === isBefore);
    return some.length > 0 ? toYaml(Object.fromEntries(some)) : '';
  };
  yield text(true);
  let isEmpty = true;
  for (const item of items) {
    yield (isEmpty ? `${itemsField}:\n` : '') + toYaml([JSON.parse(item)]);
    isEmpty = false;
  }
  yield (isEmpty ? `${itemsField}: []\n` : '') + text(false);
}
