import type { FieldError } from '../../api/errors.ts';

/** One thing that is wrong with a value. Two with the same text are one. */
export interface Finding {
  text: string;
  error: FieldError;
}

/**
 * What a schema says of a value. `matches` counts the checks that were made: of several alternatives that all fail, the
 * one that got furthest is told.
 */
export class Findings {
  readonly list: Finding[] = [];
  matches = 0;

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  add(finding: Finding | undefined): void {
    if (finding && !this.list.some(({ text }) => text === finding.text)) this.list.push(finding);
  }

  merge(other: Findings): void {
    for (const finding of other.list) this.add(finding);
    this.matches += other.matches;
  }
}
