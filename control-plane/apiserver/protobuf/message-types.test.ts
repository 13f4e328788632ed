import { describe, expect, it } from 'vitest';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import { schemaFor } from '../../../shared/schema/registry.ts';
import { virtualKinds } from '../http/virtual-resources.ts';
import type { Message } from './message.ts';
import { messageNames, messageOf } from './message-types.ts';
import { hasProtobuf, messageOfKind } from './type-names.ts';

/** The names of fields as JSON has them: those of embedded structs are the object's own. */
function namesOf({ fields }: Message): string[] {
  return fields.flatMap(({ name, type }) => (name === '' ? namesOf(type as Message) : [name]));
}

/** The message with the structs that it embeds. */
function structsOf(message: Message): Message[] {
  const embedded = message.fields.filter(({ name }) => name === '');
  return [message, ...embedded.flatMap(({ type }) => structsOf(type as Message))];
}

describe('the field numbers of every type', () => {
  const known = messageNames();

  it('are those of the fields of its schema', () => {
    expect(known.length).toBeGreaterThan(500);
    const isType = (field: string) => field === 'kind' || field === 'apiVersion';
    for (const name of known) {
      const listed = namesOf(messageOf(name));
      // Its own type is not among the fields of a message; other types have references in fields of these names.
      const fields = Object.keys(schemaFor(name).fields).filter((field) => !isType(field) || listed.includes(field));
      expect(listed.toSorted(), name).toEqual(fields.toSorted());
    }
  });

  it('are positive, ascending and each of one field', () => {
    for (const name of known) {
      for (const { fields, byNumber } of structsOf(messageOf(name))) {
        const numbers = fields.map(({ number }) => number);
        expect(numbers, name).toEqual([...byNumber.keys()].toSorted((a, b) => a - b));
        expect(numbers.every((number) => Number.isInteger(number) && number > 0)).toBe(true);
      }
    }
  });
});

describe('the messages of kinds', () => {
  it.each([...builtInKinds, ...virtualKinds].map((kind) => ({ ...kind, apiVersion: apiVersionOf(kind) })))(
    'are there for $apiVersion $kind and what it refers to',
    ({ apiVersion, kind, schema }) => {
      expect(messageOfKind(apiVersion, kind)).toBe(messageOf(schema));
      expect(messageOfKind(apiVersion, `${kind}List`)?.fields[1]?.type).toBe(messageOf(schema));
    },
  );

  it('are not there for custom resources, whatever their group and kind are called', () => {
    expect(messageOfKind('apps.example.com/v1', 'Deployment')).toBeUndefined();
    expect(messageOfKind('constructor/v1', 'Pod')).toBeUndefined();
    expect(messageOfKind('apps/v1', 'constructor')).toBeUndefined();
    expect(hasProtobuf({ group: 'apps.example.com', version: 'v1' })).toBe(false);
    expect(hasProtobuf({ group: 'apps', version: 'v1alpha7' })).toBe(false);
    expect(hasProtobuf({ group: 'apps', version: 'v1' })).toBe(true);
  });

  it('are there under every version for options and results', () => {
    expect(messageOfKind('example.com/v1', 'DeleteOptions')).toBe(messageOf('V1DeleteOptions'));
  });
});
