import { corruptBase64At } from '../schema/base64.ts';

/** Undefined for a text that is no standard base64. */
export function base64Decode(text: string): Uint8Array | undefined {
  if (corruptBase64At(text) !== undefined) return undefined;
  return Uint8Array.from(atob(text.replace(/[\r\n]/g, '')), (char) => char.charCodeAt(0));
}

export function base64Encode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
