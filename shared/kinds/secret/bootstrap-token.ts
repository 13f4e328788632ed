import type { Secret } from '../../api/object.ts';
import { textOfBytes } from '../../certificates/pem.ts';

/** Secrets of this type, in this namespace, are the tokens with which machines join. */
export const bootstrapTokenType = 'bootstrap.kubernetes.io/token';
export const bootstrapTokenNamespace = 'kube-system';

export function textOfSecret({ data }: Secret, name: string): string {
  return textOfBytes(data?.[name] ?? '') ?? '';
}

/** When a token ends, epoch ms; undefined: never. One that says so in another form than it should has ended. */
export function bootstrapTokenEnd(secret: Secret): number | undefined {
  const expiration = textOfSecret(secret, 'expiration');
  if (expiration === '') return undefined;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(expiration);
  const end = isTime ? Date.parse(expiration) : Number.NaN;
  return Number.isNaN(end) ? 0 : end;
}
