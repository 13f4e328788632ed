/** Thrown for bytes that are not a protobuf message. */
export class MalformedProtobuf extends Error {}

/** One field of a message: its number and its value, undecoded. */
export interface WireField {
  number: number;
  /** Of wire types 0, 1 and 5. */
  integer: bigint;
  /** Of wire type 2. */
  bytes: Uint8Array | undefined;
}

const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** The fields of a message in the order in which they come. */
export function* readFields(message: Uint8Array): Generator<WireField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;

  const take = (length: number) => {
    if (length > message.byteLength - at) throw new MalformedProtobuf('unexpected EOF');
    at += length;
    return at - length;
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(take(1));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new MalformedProtobuf('integer overflow');
  };

  while (at < message.byteLength) {
    const tag = Number(varint());
    const number = tag >>> 3;
    if (number === 0) throw new MalformedProtobuf('illegal tag 0');
    switch (tag & 7) {
      case wireTypes.varint:
        yield { number, integer: varint(), bytes: undefined };
        break;
      case wireTypes.fixed64:
        yield { number, integer: view.getBigInt64(take(8), true), bytes: undefined };
        break;
      case wireTypes.fixed32:
        yield { number, integer: BigInt(view.getInt32(take(4), true)), bytes: undefined };
        break;
      case wireTypes.lengthDelimited: {
        const length = Number(varint());
        if (length < 0) throw new MalformedProtobuf('negative length');
        const start = take(length);
        yield { number, integer: 0n, bytes: message.subarray(start, start + length) };
        break;
      }
      default:
        throw new MalformedProtobuf(`wire type ${tag & 7} is not supported`);
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

export function decodeText(bytes: Uint8Array | undefined): string {
  try {
    return utf8.decode(bytes ?? new Uint8Array());
  } catch (error) {
    if (error instanceof TypeError) throw new MalformedProtobuf('string is not valid UTF-8');
    throw error;
  }
}
