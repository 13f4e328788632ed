import type { ObjectKey } from '../../shared/api/object.ts';

/** How the text of an object is kept on disk, in its row and in the log. */
export interface ValueCodec {
  encode(key: ObjectKey, json: string): string;
  /** Inverse of `encode`; throws when the value was made for another key or with a lost encryption key. */
  decode(key: ObjectKey, value: string): string;
}

/** Everything as it is. */
export const plainCodec: ValueCodec = {
  encode: (_key, json) => json,
  decode: (_key, value) => value,
};
