export interface PemBlock {
  /** `CERTIFICATE`, `CERTIFICATE REQUEST`. */
  label: string;
  /** Lines like `Proc-Type: 4,ENCRYPTED` are there, which nothing here knows. */
  hasHeaders: boolean;
  bytes: Uint8Array;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/** The blocks in a text, in their order; whatever is between them is skipped, and so are blocks that are broken. */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const labelEnd = text.indexOf(dashes, at + begin.length);
    const label = text.slice(at + begin.length, labelEnd);
    const end = text.indexOf(`-----END ${label}${dashes}`, labelEnd);
    if (labelEnd < 0 || end < 0 || label.length > 100) continue;
    const body = text.slice(labelEnd + dashes.length, end);
    const hasHeaders = body.includes(':');
    const bytes = hasHeaders ? new Uint8Array() : fromBase64(body);
    if (!bytes) continue;
    blocks.push({ label, hasHeaders, bytes });
    at = end;
  }
  return blocks;
}

export function writePem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The text that a field of bytes in an object stands for; undefined where it is no base64. */
export function textOfBytes(base64: string): string | undefined {
  const bytes = fromBase64(base64);
  return bytes && new TextDecoder().decode(bytes);
}

/** A text as a field of bytes in an object has it. */
export function bytesOfText(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}
