import { type Overload, plain, traversal } from '../functions.ts';
import { STRING } from '../types.ts';

/** A key as it is written in a JSON pointer. */
export const jsonPatchFunctions: readonly Overload[] = [
  plain(
    'jsonpatch.escapeKey',
    [STRING],
    STRING,
    ([key]) => (key as string).replaceAll('~', '~0').replaceAll('/', '~1'),
    traversal(0),
  ),
];
