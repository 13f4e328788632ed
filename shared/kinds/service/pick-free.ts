/** A range of numbered things of which some are taken. */
export interface FreeChoice {
  size: number;
  /** So many at the start are given out only when the rest is full. */
  reserved: number;
  /** In [0, 1). */
  random(): number;
  isFree(index: number): boolean;
}

/** A random free index, and from an occupied one the next free. `undefined` when all are taken. */
export function pickFree({ size, reserved, random, isFree }: FreeChoice): number | undefined {
  return pickWithin(reserved, size, random, isFree) ?? pickWithin(0, reserved, random, isFree);
}

function pickWithin(
  from: number,
  to: number,
  random: () => number,
  isFree: (index: number) => boolean,
): number | undefined {
  const count = to - from;
  if (count <= 0) return undefined;
  const start = Math.floor(random() * count);
  for (let step = 0; step < count; step++) {
    const index = from + ((start + step) % count);
    if (isFree(index)) return index;
  }
  return undefined;
}
