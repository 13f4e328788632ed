const utf8 = new TextEncoder();

/** Wire types of the protocol buffer encoding. */
const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;

/** Writes the fields of one protocol buffer message. A field that is a message is written with a writer of its own. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  string(field: number, value: string): void {
    this.bytes(field, utf8.encode(value));
  }

  /** Bytes, or a message that is already encoded. */
  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, lengthType);
    this.#varint(BigInt(value.length));
    this.#append(value);
  }

  bool(field: number, value: boolean): void {
    this.int64(field, value ? 1 : 0);
  }

  /** Throws a RangeError for a number that is no integer. */
  int64(field: number, value: number): void {
    this.#tag(field, varintType);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
  }

  double(field: number, value: number): void {
    this.#tag(field, fixed64Type);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#append(bytes);
  }

  /** All that was written so far. */
  finish(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #tag(field: number, type: number): void {
    this.#varint(BigInt(field * 8 + type));
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. */
  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#append(Uint8Array.from(bytes));
  }

  #append(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
