import { isDeepStrictEqual } from 'node:util';
import type { Difference } from './exchanges.ts';

/** Values of the recording that differ from run to run, and what they are in ours: for the requests that name them. */
export type Renamed = Map<string, string>;

/** Fields that are made anew in each cluster. What stands under the same name in both is taken for the same. */
const perRun = new Set(['uid', 'resourceVersion', 'continue', 'selfLink', 'clusterIP', 'remainingItemCount']);
const timeStamp = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Compares two JSON values and learns from what they call the same. */
export function compare(recorded: unknown, ours: unknown, renamed: Renamed): Omit<Difference, 'step'>[] {
  const found: Omit<Difference, 'step'>[] = [];
  walk('', recorded, ours);
  return found;

  function walk(path: string, left: unknown, right: unknown): void {
    if (isObject(left) && isObject(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
        walk(`${path}.${key}`, left[key], right[key]);
      }
    } else if (Array.isArray(left) && Array.isArray(right)) {
      for (let index = 0; index < Math.max(left.length, right.length); index++) {
        walk(`${path}[${index}]`, left[index], right[index]);
      }
    } else if (!isSame(path, left, right)) found.push({ path, recorded: left, ours: right });
  }

  function isSame(path: string, left: unknown, right: unknown): boolean {
    if (isDeepStrictEqual(left, right)) return true;
    if (typeof left !== 'string' || typeof right !== 'string') return false;
    const field = path.slice(path.lastIndexOf('.') + 1);
    if (perRun.has(field.replace(/\[\d+\]$/, ''))) {
      renamed.set(left, right);
      return true;
    }
    if (timeStamp.test(left) && timeStamp.test(right)) {
      if (field === 'creationTimestamp') renamed.set(left, right);
      return true;
    }
    return rename(left, renamed) === right;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of the recording (a path, or JSON) in the words of our run. Revisions are numbers: they count by what names them. */
export function rename(text: string, renamed: Renamed): string {
  const withIds = text.replace(id, (one) => renamed.get(one) ?? one);
  return withIds.replace(named, (_whole, name: string, value: string) => `${name}${renamed.get(value) ?? value}`);
}

const id = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
const named = /((?:resourceVersion|continue|creationTimestamp)(?:=|":\s*"))([\w=:-]+)/g;
