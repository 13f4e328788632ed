import type { Secret } from '../../api/object.ts';

/** The type that says nothing about the keys. */
export const opaque = 'Opaque';

/** `stringData` is a convenience of writers: it ends up in `data`, over what is there, and is never stored. */
export function defaultSecret(secret: Secret): void {
  secret.type ||= opaque;
  if (!secret.stringData) return;
  secret.data = { ...secret.data };
  for (const [key, text] of Object.entries(secret.stringData)) secret.data[key] = toBase64(text);
  delete secret.stringData;
}

/** Base64 of the UTF-8 form of a text. */
function toBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
