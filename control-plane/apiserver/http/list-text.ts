import type { JsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import { writeYaml } from '../../../shared/yaml/write-yaml.ts';
import type { StoredObject } from '../../store/store.ts';
import { itemText, listKindOf } from '../registry/encoding.ts';
import type { ListOutcome } from '../registry/registry.ts';
import type { Negotiated } from './negotiate.ts';
import { type IncludeObject, partialMetadata, tableHead, tableRow } from './table.ts';

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

/** However many parts a list has, one of them is in memory. */
export type ListParts = Iterable<ListOutcome> | AsyncIterable<ListOutcome>;

/**
 * A list as text, put together item by item from its parts: a group of pieces for each. All parts have the metadata of
 * the first.
 */
export async function listText(parts: ListParts, options: ListTextOptions): Promise<AsyncIterable<Iterable<string>>> {
  const iterator = Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  // Read at once: what is wrong with the request is to be told before an answer has begun.
  const first = (await iterator.next()).value as ListOutcome;
  const form = formOf(first, options);
  const writer = options.format === 'yaml' ? yamlText(form) : jsonText(form, options.itemLines ? '\n' : '');
  return groupsOf(first, iterator, { form, writer });
}

async function* groupsOf(
  first: ListOutcome,
  rest: Iterator<ListOutcome> | AsyncIterator<ListOutcome>,
  { form, writer }: { form: ListForm; writer: ListWriter },
): AsyncGenerator<Iterable<string>> {
  yield [writer.begin()];
  for (let part: ListOutcome | undefined = first; part; part = await nextOf(rest)) {
    yield itemTexts(part, form, writer);
  }
  yield [writer.end()];
}

async function nextOf(parts: Iterator<ListOutcome> | AsyncIterator<ListOutcome>): Promise<ListOutcome | undefined> {
  const next = await parts.next();
  return next.done ? undefined : next.value;
}

function* itemTexts(part: ListOutcome, form: ListForm, writer: ListWriter): Generator<string> {
  for (const stored of part.items) yield writer.item(form.item(stored));
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

/** Writes around and between the items of one list. */
interface ListWriter {
  begin(): string;
  /** Of the JSON of an item. */
  item(json: string): string;
  end(): string;
}

function jsonText({ head, itemsField }: ListForm, lineEnd: string): ListWriter {
  let separator = lineEnd;
  return {
    begin: () => `${JSON.stringify(head).slice(0, -1)},"${itemsField}":[`,
    item(json) {
      const text = separator + json;
      separator = `,${lineEnd}`;
      return text;
    },
    end: () => `${lineEnd}]}`,
  };
}

/** In the order in which Kubernetes writes YAML: that of the names. */
function yamlText({ head, itemsField }: ListForm): ListWriter {
  const fields = Object.entries(head);
  const text = (isBefore: boolean) => {
    const some = fields.filter(([name]) => name < itemsField === isBefore);
    return some.length > 0 ? writeYaml(Object.fromEntries(some) as JsonObject) : '';
  };
  let isEmpty = true;
  return {
    begin: () => text(true),
    item(json) {
      const before = isEmpty ? `${itemsField}:\n` : '';
      isEmpty = false;
      return before + writeYaml([JSON.parse(json)]);
    },
    end: () => (isEmpty ? `${itemsField}: []\n` : '') + text(false),
  };
}
