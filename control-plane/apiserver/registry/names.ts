import { StatusError } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { keyOf, subjectOf, type WriteContext } from './write-context.ts';

/** No vowels, no look-alikes: neither words nor misreadings. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const maxNameLength = 63;
const attempts = 8;

/** `prefix` cut to leave room, and five random characters. */
export function generateName(prefix: string, random: () => number): string {
  let name = prefix.slice(0, maxNameLength - suffixLength);
  for (let index = 0; index < suffixLength; index += 1) name += alphabet[Math.floor(random() * alphabet.length)];
  return name;
}

/** Names an object by its `generateName` if it has no name. */
export function ensureName(context: WriteContext, object: KubernetesObject): void {
  const { metadata } = object;
  if (metadata.name || !metadata.generateName) return;
  let name = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    name = generateName(metadata.generateName, context.strategy.random);
    if (!context.tx.get(keyOf(context, name))) {
      metadata.name = name;
      return;
    }
  }
  throw nameConflict(context, name);
}

function nameConflict(context: WriteContext, name: string): StatusError {
  const { group, resource } = subjectOf(context.served);
  const qualified = group ? `${resource}.${group}` : resource;
  return new StatusError(
    'AlreadyExists',
    `${qualified} "${name}" already exists, the server was not able to generate a unique name for the object`,
    { name, ...(group ? { group } : {}), kind: resource, retryAfterSeconds: 1 },
  );
}
