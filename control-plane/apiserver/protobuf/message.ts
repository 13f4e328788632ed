import type { Json } from '../../../shared/api/json.ts';

/** A protobuf message as the form of a JSON object. */
export interface Message {
  readonly name: string;
  /** In the order of their numbers, which is the order in which they are written. */
  readonly fields: readonly MessageField[];
  readonly byNumber: ReadonlyMap<number, MessageField>;
}

export interface MessageField {
  number: number;
  /** Empty for an embedded struct, whose fields are the object's own. */
  name: string;
  form: 'single' | 'list' | 'map';
  /** Go has a pointer: absent and zero are different things. What is none is written even when it is empty. */
  isPointer: boolean;
  type: ValueType;
}

export type ScalarType = 'string' | 'bool' | 'int' | 'double' | 'bytes';
export type ValueType = ScalarType | Message | Shape;

export type Fields = Readonly<Record<string, Json | undefined>>;

/** A message that stands for something else than a JSON object: a time, a quantity, a value of several types. */
export interface Shape {
  message: Message;
  /** The fields of the message for a value, or for Go's zero value. Undefined: the message is empty. */
  toFields(value: Json | undefined): Fields | undefined;
  fromFields(fields: Fields): Json;
}

export function isShape(type: Message | Shape): type is Shape {
  return 'toFields' in type;
}

/** @param fill gives the fields, in ascending order; called after the message exists, for types that refer to themselves. */
export function createMessage(name: string, fill: (message: Message) => readonly MessageField[]): Message {
  const fields: MessageField[] = [];
  const byNumber = new Map<number, MessageField>();
  const message: Message = { name, fields, byNumber };
  for (const field of fill(message)) {
    fields.push(field);
    byNumber.set(field.number, field);
  }
  return message;
}

/** A field of a message that is no type of the schema. */
export function field(
  number: number,
  name: string,
  type: ValueType,
  options: Partial<MessageField> = {},
): MessageField {
  return { number, name, type, form: 'single', isPointer: false, ...options };
}
