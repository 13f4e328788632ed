import { jsonEqual } from '../../../shared/api/json.ts';

/**
 * Whether two texts made by `JSON.stringify` say the same. Clients order fields as they like and strategies leave
 * `undefined` behind, so texts are compared where objects would mislead; the same content has the same length, and the
 * same characters.
 */
export function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length || !hasSameCharacters(a, b)) return false;
  return jsonEqual(JSON.parse(a), JSON.parse(b));
}

/** Compared at once, which the engine does in long strides. */
const stride = 4096;

/** By their sum, between the first and the last that are not in the same place. */
function hasSameCharacters(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a.slice(start, start + stride) === b.slice(start, start + stride)) start += stride;
  let end = a.length;
  while (end - stride > start && a.slice(end - stride, end) === b.slice(end - stride, end)) end -= stride;
  let difference = 0;
  for (let at = start; at < end; at++) difference += a.charCodeAt(at) - b.charCodeAt(at);
  return difference === 0;
}
