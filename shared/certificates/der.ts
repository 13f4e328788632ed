/** One value of ASN.1 in its distinguished encoding (X.690), as far as certificates and requests for them need it. */
export interface DerValue {
  /** The identifier octet: class, form and number in one. */
  tag: number;
  content: Uint8Array;
  /** Identifier, length and content: what signatures are about. */
  raw: Uint8Array;
}

export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bytes are not what they should be. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** The one value that the bytes are. Throws DerError. */
export function readDer(bytes: Uint8Array): DerValue {
  const [value, rest] = readNext(bytes);
  if (rest.length > 0) throw new DerError('trailing data');
  return value;
}

/** The values that a constructed one is made of, or that the content of a string is. Throws DerError. */
export function derChildren({ content }: DerValue): DerValue[] {
  const children: DerValue[] = [];
  for (let rest = content; rest.length > 0; ) {
    const [value, after] = readNext(rest);
    children.push(value);
    rest = after;
  }
  return children;
}

/** The value itself, if it has the tag. Throws DerError. */
export function expectDer(value: DerValue | undefined, tag: number): DerValue {
  if (value?.tag !== tag) throw new DerError(`tags don't match (${tag} vs ${value?.tag ?? 'nothing'})`);
  return value;
}

function readNext(bytes: Uint8Array): [DerValue, Uint8Array] {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('data truncated');
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags of several bytes are not used');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 3) throw new DerError('invalid length');
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = start + length;
  if (start > bytes.length || end > bytes.length) throw new DerError('data truncated');
  return [{ tag, content: bytes.subarray(start, end), raw: bytes.subarray(0, end) }, bytes.subarray(end)];
}

/** An object identifier in its dotted form. */
export function readObjectIdentifier(value: DerValue | undefined): string {
  const { content } = expectDer(value, derTags.objectIdentifier);
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (number > Number.MAX_SAFE_INTEGER / 128) throw new DerError('object identifier out of range');
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...others] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join('.');
}

/** A string of any of the types that names are written in. */
export function readText({ tag, content }: DerValue): string {
  return new TextDecoder(tag === derTags.bmpString ? 'utf-16be' : 'utf-8').decode(content);
}

/** The bytes of a bit string that has no unused bits. */
export function readBits(value: DerValue | undefined): Uint8Array {
  const { content } = expectDer(value, derTags.bitString);
  if (content[0] !== 0) throw new DerError('invalid bit string');
  return content.subarray(1);
}

const timeForm = /^(\d{2,4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** A time in either of its forms, as epoch ms. */
export function readTime(value: DerValue | undefined): number {
  const isShort = value?.tag === derTags.utcTime;
  const { content } = expectDer(value, isShort ? derTags.utcTime : derTags.generalizedTime);
  const [, year = '', ...rest] = timeForm.exec(new TextDecoder().decode(content)) ?? [];
  const [month = '', day = '', hours = '', minutes = '', seconds = ''] = rest;
  if (year.length !== (isShort ? 2 : 4)) throw new DerError('invalid time');
  const fullYear = isShort ? `${Number(year) < 50 ? '20' : '19'}${year}` : year;
  const ms = Date.parse(`${fullYear}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(ms)) throw new DerError('invalid time');
  return ms;
}

export function readBoolean(value: DerValue | undefined): boolean {
  const { content } = expectDer(value, derTags.boolean);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerError('invalid boolean');
  return content[0] === 0xff;
}
