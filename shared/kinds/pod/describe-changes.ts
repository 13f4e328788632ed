import { isJsonObject, jsonEqual } from '../../api/json.ts';

/** Lines `- path: old` and `+ path: new` for every value that differs, for people to read. */
export function describeChanges(before: unknown, after: unknown, path = 'spec'): string {
  return [...differences(before, after, path)].join('\n');
}

function* differences(before: unknown, after: unknown, path: string): Generator<string> {
  if (jsonEqual(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      yield* differences(before[index], after[index], `${path}[${index}]`);
    }
  } else if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const key of [...keys].sort()) yield* differences(before[key], after[key], `${path}.${key}`);
  } else {
    if (before !== undefined) yield `- ${path}: ${JSON.stringify(before)}`;
    if (after !== undefined) yield `+ ${path}: ${JSON.stringify(after)}`;
  }
}
