import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../../../shared/api/json.ts';
import { writeMessage } from './encode.ts';
import { NoProtobufForm, writeHead, writeTail } from './envelope.ts';
import { messageOf } from './message-types.ts';
import { messageOfKind } from './type-names.ts';

/** A list in protobuf, made item by item. The message's length comes before its content, so all of that is kept. */
export interface ListWriter {
  add(item: JsonObject): void;
  /** Bytes so far, but for the last few items. */
  readonly size: number;
  /** The whole message, in pieces. */
  finish(): Uint8Array[];
}

const itemsInPiece = 64;

/** @param head `apiVersion`, `kind` (`PodList`) and `metadata` of the list. Throws NoProtobufForm. */
export function createListWriter({ apiVersion, kind, metadata }: JsonObject): ListWriter {
  const type = { apiVersion: String(apiVersion), kind: String(kind) };
  const itemMessage = messageOfKind(type.apiVersion, type.kind.replace(/List$/, ''));
  if (!itemMessage) throw new NoProtobufForm(`${type.apiVersion} ${type.kind}`);
  const pieces: Uint8Array[] = [];
  let size = 0;
  let writer = new BinaryWriter();
  let waiting = 0;
  const flush = () => {
    const bytes = writer.finish();
    pieces.push(bytes);
    size += bytes.byteLength;
    writer = new BinaryWriter();
    waiting = 0;
  };

  writer.tag(1, WireType.LengthDelimited).fork();
  writeMessage(writer, messageOf('V1ListMeta'), (metadata ?? {}) as JsonObject);
  writer.join();
  return {
    get size() {
      return size;
    },
    add(item) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writeMessage(writer, itemMessage, item);
      writer.join();
      waiting += 1;
      if (waiting === itemsInPiece) flush();
    },
    finish() {
      flush();
      const head = new BinaryWriter();
      writeHead(head, type);
      head.tag(2, WireType.LengthDelimited).uint32(size);
      const tail = new BinaryWriter();
      writeTail(tail);
      return [head.finish(), ...pieces, tail.finish()];
    },
  };
}
