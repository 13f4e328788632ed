/** The least and the most that something can be: a size or a cost. Kubernetes counts in 64 bits and stops there. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const limit = 2 ** 64;

/** Nothing is known. */
export const unknown: Range = { min: 0, max: limit };

/** What a union begins with. */
export const nothing: Range = { min: limit, max: 0 };

export function exactly(value: number): Range {
  return { min: value, max: value };
}

export function add(...ranges: readonly Range[]): Range {
  let [min, max] = [0, 0];
  for (const range of ranges) {
    min = Math.min(limit, min + range.min);
    max = Math.min(limit, max + range.max);
  }
  return { min, max };
}

export function multiply(a: Range, b: Range): Range {
  return { min: Math.min(limit, a.min * b.min), max: Math.min(limit, a.max * b.max) };
}

/** Rounded up, as every cost is. */
export function scale({ min, max }: Range, factor: number): Range {
  return { min: Math.min(limit, Math.ceil(min * factor)), max: Math.min(limit, Math.ceil(max * factor)) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
