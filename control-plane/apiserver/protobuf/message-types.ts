import type { Schema } from '../../../shared/schema/model.ts';
import { schemaFor } from '../../../shared/schema/registry.ts';
import fieldNumbers from './field-numbers.json' with { type: 'json' };
import { createMessage, field, type Message, type MessageField, type ValueType } from './message.ts';
import { empty, intOrString, itemsOf, microTimeOf, quantity, raw, schemaUnions, timeOf } from './shapes.ts';

/**
 * The messages that Kubernetes' types are in protobuf: names and types from the schema model, numbers from
 * `field-numbers.json`. That file holds what Kubernetes 1.36 publishes and no npm package has, by the type's name in the
 * schema: `NAME=NUMBER` for every field in the order of the numbers, with `?` where Go has a pointer, so that absent and
 * zero are different things. `path=2.1` is field 1 of an embedded struct, which is field 2. List types, all of one form,
 * are left out.
 */
const numbers: Readonly<Record<string, string>> = fieldNumbers;
const messages = new Map<string, Message>();

/** The types that have field numbers, by their names in the schema. */
export function messageNames(): string[] {
  return Object.keys(numbers);
}

/** The message of a type by its name in the schema. Throws for a type without field numbers. */
export function messageOf(name: string): Message {
  return (
    messages.get(name) ??
    createMessage(name, (message) => {
      // Before its fields are built: types may refer to themselves.
      messages.set(name, message);
      return fieldsOf(name, linesOf(name));
    })
  );
}

/** The message of `PodList` for that of `Pod`. */
export function listMessage(item: Message): Message {
  const name = `${item.name}List`;
  const known = messages.get(name);
  if (known) return known;
  const metadata = field(1, 'metadata', messageOf('V1ListMeta'));
  return remember(createMessage(name, () => [metadata, field(2, 'items', item, { form: 'list' })]));
}

/** The message of `PartialObjectMetadata`, which is no type of the schema. */
export function partialMetadataMessage(): Message {
  const name = 'PartialObjectMetadata';
  return messages.get(name) ?? remember(createMessage(name, () => [field(1, 'metadata', messageOf('V1ObjectMeta'))]));
}

function remember(message: Message): Message {
  messages.set(message.name, message);
  return message;
}

interface Line {
  name: string;
  /** The numbers of the structs that embed it, then its own. */
  path: readonly number[];
  isPointer: boolean;
}

function linesOf(name: string): Line[] {
  const text = numbers[name];
  if (text === undefined) throw new Error(`${name} has no field numbers`);
  return text === '' ? [] : text.split(' ').map(parseLine);
}

function parseLine(text: string): Line {
  const at = text.lastIndexOf('=');
  const isPointer = text.endsWith('?');
  const path = text.slice(at + 1, isPointer ? -1 : undefined);
  return { name: text.slice(0, at), path: path.split('.').map(Number), isPointer };
}

function fieldsOf(owner: string, lines: readonly Line[]): MessageField[] {
  return [...Map.groupBy(lines, ({ path }) => path[0]!)].map(([number, [line, ...others]]) => {
    if (line!.path.length === 1) return messageField(owner, number, line!);
    const inner = [line!, ...others].map(({ path, ...rest }) => ({ ...rest, path: path.slice(1) }));
    return field(
      number,
      '',
      createMessage(owner, () => fieldsOf(owner, inner)),
    );
  });
}

function messageField(owner: string, number: number, { name, isPointer }: Line): MessageField {
  const known = schemaFor(owner).fields[name];
  if (!known) throw new Error(`${owner} has no field ${name}`);
  const { schema } = known;
  if (schema.type === 'array') return field(number, name, valueType(schema.items), { form: 'list', isPointer });
  if (schema.type === 'map') return field(number, name, valueType(schema.values), { form: 'map', isPointer });
  return field(number, name, valueType(schema), { isPointer });
}

const formats: Readonly<Record<string, ValueType>> = {
  byte: 'bytes',
  'date-time': timeOf,
  'micro-time': microTimeOf,
  quantity,
  'int-or-string': intOrString,
};

function valueType(schema: Schema): ValueType {
  switch (schema.type) {
    case 'object':
      return messageOf(schema.name!);
    case 'array':
      return itemsOf(valueType(schema.items));
    case 'map':
      throw new Error('protobuf has no maps of maps');
    case 'any':
      return openType(schema.name);
    case 'boolean':
      return 'bool';
    case 'integer':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return formats[schema.format ?? ''] ?? 'string';
  }
}

function openType(openapiName: string | undefined): ValueType {
  const name = openapiName?.split('.').at(-1);
  if (name === 'CustomResourceSubresourceStatus') return empty;
  if (!name?.startsWith('JSONSchemaPropsOr')) return raw;
  const unions: Readonly<Record<string, ValueType>> = { ...schemaUnions(messageOf('V1JSONSchemaProps')) };
  return unions[name]!;
}
