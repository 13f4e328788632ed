import { jsonEqual } from './json.ts';
import type { Toleration } from './object.ts';

/** The tolerations of both lists, in order, without those that another one of them covers. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, toleration] of all.entries()) {
    const isCovered = merged.some((other) => covers(other, toleration));
    const willBe = all.slice(index + 1).some((other) => !jsonEqual(toleration, other) && covers(other, toleration));
    if (!isCovered && !willBe) merged.push(toleration);
  }
  return merged;
}

/** Whether everything that `narrow` tolerates, `wide` does for at least as long. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (jsonEqual(wide, narrow)) return true;
  const meansAllKeys = !wide.key && wide.operator === 'Exists';
  if ((wide.key ?? '') !== (narrow.key ?? '') && !meansAllKeys) return false;
  if (wide.effect && wide.effect !== narrow.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    const { tolerationSeconds = Number.POSITIVE_INFINITY } = narrow;
    if (tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === 'Exists') return true;
  const isEqual = !wide.operator || wide.operator === 'Equal';
  return isEqual && narrow.operator === 'Equal' && (wide.value ?? '') === (narrow.value ?? '');
}
