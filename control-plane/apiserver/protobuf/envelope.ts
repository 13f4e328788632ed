import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../../../shared/api/json.ts';
import { reading, readMessage } from './decode.ts';
import { writeMessage } from './encode.ts';
import { MalformedProtobuf } from './malformed.ts';
import { messageOfKind } from './type-names.ts';

export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

/** Every Kubernetes message begins with these bytes; an `Unknown` follows: an object's type, and its own message. */
const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
}

/** Thrown for objects whose type has no protobuf form: custom resources and tables. */
export class NoProtobufForm extends Error {}

/**
 * Decodes a body of type `application/vnd.kubernetes.protobuf` into what the same object is in JSON. Current Go clients
 * send their typed requests in this form. Throws MalformedProtobuf, also for kinds that have no such form.
 */
export function decodeKubernetesProtobuf(body: Uint8Array): JsonObject {
  const { apiVersion, kind, raw } = openEnvelope(body);
  const message = messageOfKind(apiVersion, kind);
  const type = { apiVersion, kind };
  if (!message) {
    const scheme = 'in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';
    throw new MalformedProtobuf(`no kind "${kind}" is registered for version "${apiVersion}" ${scheme}`, type);
  }
  try {
    return { apiVersion, kind, ...readMessage(message, raw) };
  } catch (error) {
    if (error instanceof MalformedProtobuf) throw new MalformedProtobuf(error.message, type);
    throw error;
  }
}

function openEnvelope(body: Uint8Array): Envelope {
  if (body.byteLength === 0) throw new MalformedProtobuf('empty data');
  if (magic.some((byte, index) => body[index] !== byte)) {
    throw new MalformedProtobuf(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  if (body.byteLength === magic.byteLength) throw new MalformedProtobuf('empty body');
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() };
  reading(() => {
    eachBytes(body.subarray(magic.byteLength), (number, bytes) => {
      if (number === 2) envelope.raw = bytes;
      else if (number === 1) Object.assign(envelope, readTypeMeta(bytes));
    });
  });
  if (envelope.kind === '') throw new MalformedProtobuf("Object 'Kind' is missing");
  return envelope;
}

function readTypeMeta(bytes: Uint8Array): Pick<Envelope, 'apiVersion' | 'kind'> {
  const utf8 = new TextDecoder();
  const found = { apiVersion: '', kind: '' };
  eachBytes(bytes, (number, value) => {
    if (number === 1) found.apiVersion = utf8.decode(value);
    else if (number === 2) found.kind = utf8.decode(value);
  });
  return found;
}

function eachBytes(message: Uint8Array, use: (number: number, bytes: Uint8Array) => void): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) use(number, reader.bytes());
    else reader.skip(wireType, number);
  }
}

/** An object as Kubernetes sends it. Throws NoProtobufForm. */
export function encodeKubernetesProtobuf(object: JsonObject): Uint8Array {
  const apiVersion = String(object.apiVersion);
  const kind = String(object.kind);
  const message = messageOfKind(apiVersion, kind);
  if (!message) throw new NoProtobufForm(`${apiVersion} ${kind}`);
  const writer = new BinaryWriter();
  writeHead(writer, { apiVersion, kind });
  writer.tag(2, WireType.LengthDelimited).fork();
  writeMessage(writer, message, object);
  writer.join();
  writeTail(writer);
  return writer.finish();
}

/** All that comes before the object. */
export function writeHead(writer: BinaryWriter, { apiVersion, kind }: { apiVersion: string; kind: string }): void {
  writer.raw(magic).tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(apiVersion);
  writer.tag(2, WireType.LengthDelimited).string(kind);
  writer.join();
}

/** What comes after it: encoding and type of its content, empty for protobuf itself. */
export function writeTail(writer: BinaryWriter): void {
  writer.tag(3, WireType.LengthDelimited).string('').tag(4, WireType.LengthDelimited).string('');
}
