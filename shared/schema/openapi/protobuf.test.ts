import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../api/json.ts';
import { builtInKinds } from '../../kinds/index.generated.ts';
import { openapiV2 } from '../openapi.ts';
import { encodeOpenapiV2 } from './protobuf.ts';

describe('what is written', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it('leaves out fields that have the default of their type', () => {
    const info = { title: '', version: 'x' };
    expect(hex(encodeOpenapiV2({ swagger: '', info }))).toBe(hex(encodeOpenapiV2({ info: { version: 'x' } })));
  });

  it('keeps schemas and lists that are empty', () => {
    // definitions (9) { additional_properties (1) { name (1): "A", value (2): {} } }
    expect(hex(encodeOpenapiV2({ definitions: { A: {} } }))).toBe('4a070a050a01411200');
    expect(fromWire(encodeOpenapiV2({ security: [{ Token: [] }] }))).toEqual({ security: [{ Token: [] }] });
  });

  it('takes a property for a property whatever its name', () => {
    const document = { definitions: { A: { properties: { 'x-y': {} }, additionalProperties: false } } };
    expect(fromWire(encodeOpenapiV2(document))).toEqual(document);
  });
});

describe('what has no place in the format', () => {
  it.each([
    [{ unheard: 1 }, 'document.unheard: no field for it'],
    [{ info: { title: 1 } }, 'document.info.title: not a string'],
    [{ schemes: 'https' }, 'document.schemes: not a list'],
    [{ paths: { '/': { get: [] } } }, 'document.paths./.get: not an object'],
    [{ parameters: { a: { in: 'formData', name: 'a' } } }, 'no message for a parameter in formData'],
    [{ securityDefinitions: { a: { type: 'oauth2' } } }, 'no message for security of type oauth2'],
  ] as const)('%j is refused', (document, message) => {
    expect(() => encodeOpenapiV2(document as unknown as JsonObject)).toThrow(message);
  });
});

it('the document of all kinds is the same after it was read back', () => {
  const document = openapiV2(builtInKinds, { V1Pod: { '': 'About Pods.', spec: 'What is wanted.' } });
  expect(fromWire(encodeOpenapiV2(document))).toEqual(document);
});

const documentFile = new URL('../../../../shared/data/kubernetes-1.36-swagger.json.gz', import.meta.url);

it.skipIf(!existsSync(documentFile))('so is that of Kubernetes 1.36', () => {
  const document = JSON.parse(gunzipSync(readFileSync(documentFile)).toString('utf8')) as JsonObject;
  expect(fromWire(encodeOpenapiV2(document))).toEqual(document);
});

/*
 * The way back, with field numbers of its own: what the encoder and this reader agree on is what gnostic declares, or
 * both were copied wrongly in the same way.
 */

type Read = (bytes: Uint8Array, integer: bigint) => Json;
type Reader = Record<number, [key: string, read: Read, repeated?: 'repeated']>;

function* readFields(message: Uint8Array): Generator<{ number: number; bytes?: Uint8Array; integer: bigint }> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited) yield { number, bytes: reader.bytes(), integer: 0n };
    else yield { number, integer: BigInt(reader.int64()) };
  }
}

const text: Read = (bytes) => Buffer.from(bytes).toString('utf8');
const truth: Read = (_bytes, integer) => integer === 1n;
const yaml: Read = (bytes) => JSON.parse(String(unwrap({ 2: text })(bytes, 0n)));

function object(reader: Reader, extensions = 0): Read {
  return (message) => {
    const result: JsonObject = {};
    for (const { number, bytes = new Uint8Array(), integer } of readFields(message)) {
      if (number === extensions) Object.assign(result, named(yaml)(bytes, 0n));
      else if (!reader[number]) throw new Error(`field ${number} is not known`);
      else {
        const [key, read, repeated] = reader[number];
        const value = read(bytes, integer);
        result[key] = repeated ? [...((result[key] as Json[]) ?? []), value] : value;
      }
    }
    return result;
  };
}

function named(read: Read): Read {
  const entry = object({ 1: ['name', text], 2: ['value', read] });
  return (bytes) => {
    const { name, value } = entry(bytes, 0n) as { name: string; value: Json };
    return { [name]: value };
  };
}

function map(entries: number, read: Read, extensions = 0): Read {
  return (message) => {
    const maps = [...readFields(message)].map(({ number, bytes }) =>
      named(number === extensions ? yaml : number === entries ? read : fail)(bytes!, 0n),
    );
    return Object.assign({}, ...maps);
  };
}

function list(read: Read): Read {
  return (message) => [...readFields(message)].map(({ bytes, integer }) => read(bytes!, integer));
}

/** A message with one field, which is one of these. */
function unwrap(reads: Record<number, Read>): Read {
  return (message) => {
    const [field] = readFields(message);
    return (reads[field!.number] ?? fail)(field!.bytes!, field!.integer);
  };
}

function fail(): never {
  throw new Error('a field that is not known');
}

function fromWire(message: Uint8Array): Json {
  return document(message, 0n);
}

const lazySchema: Read = (bytes, integer) => schema(bytes, integer);
const schema = object(
  {
    1: ['$ref', text],
    2: ['format', text],
    4: ['description', text],
    19: ['required', text, 'repeated'],
    21: ['additionalProperties', unwrap({ 1: lazySchema, 2: truth })],
    22: ['type', unwrap({ 1: text })],
    23: ['items', unwrap({ 1: lazySchema })],
    25: ['properties', map(1, lazySchema)],
  },
  31,
);
const reference = object({ 1: ['$ref', text] });
const bodyParameter = object({
  1: ['description', text],
  2: ['name', text],
  3: ['in', text],
  4: ['required', truth],
  5: ['schema', schema],
});
const simple: Reader = { 1: ['required', truth], 2: ['in', text], 3: ['description', text], 4: ['name', text] };
const queryParameter = object({ ...simple, 6: ['type', text], 20: ['uniqueItems', truth] });
const pathParameter = object({ ...simple, 5: ['type', text], 19: ['uniqueItems', truth] });
const parameter = unwrap({ 1: bodyParameter, 2: unwrap({ 3: queryParameter, 4: pathParameter }) });
const parameters = unwrap({ 1: parameter, 2: reference });
const response = object({ 1: ['description', text], 2: ['schema', unwrap({ 1: schema })] });
const operation = object(
  {
    1: ['tags', text, 'repeated'],
    3: ['description', text],
    5: ['operationId', text],
    6: ['produces', text, 'repeated'],
    7: ['consumes', text, 'repeated'],
    8: ['parameters', parameters, 'repeated'],
    9: ['responses', map(1, unwrap({ 1: response }), 2)],
    10: ['schemes', text, 'repeated'],
  },
  13,
);
const pathItem = object({
  2: ['get', operation],
  3: ['put', operation],
  4: ['post', operation],
  5: ['delete', operation],
  6: ['options', operation],
  7: ['head', operation],
  8: ['patch', operation],
  9: ['parameters', parameters, 'repeated'],
});
const apiKey = object({ 1: ['type', text], 2: ['name', text], 3: ['in', text], 4: ['description', text] });
const document = object({
  1: ['swagger', text],
  2: ['info', object({ 1: ['title', text], 2: ['version', text] })],
  8: ['paths', map(2, pathItem)],
  9: ['definitions', map(1, schema)],
  10: ['parameters', map(1, parameter)],
  12: ['security', map(1, list(text)), 'repeated'],
  13: ['securityDefinitions', map(1, unwrap({ 2: apiKey }))],
});
