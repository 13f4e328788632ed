import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../../../shared/api/json.ts';
import { encodeKubernetesProtobuf } from './envelope.ts';

export const protobufWatchType = 'application/vnd.kubernetes.protobuf;stream=watch';

/**
 * A watch event as a frame of a protobuf stream: four bytes of length, most significant first, then a `WatchEvent`
 * whose object is a whole message of its own.
 */
export function encodeWatchEvent(type: string, object: JsonObject): Uint8Array {
  const raw = encodeKubernetesProtobuf(object);
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(type);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).bytes(raw);
  writer.join();
  const event = writer.finish();
  const frame = new Uint8Array(4 + event.byteLength);
  new DataView(frame.buffer).setUint32(0, event.byteLength);
  frame.set(event, 4);
  return frame;
}
