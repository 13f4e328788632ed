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
  /** Absent for most values: nothing is wrong with them. */
  #byText: Map<string, Finding> | undefined;
  matches = 0;

  get list(): Finding[] {
    return this.#byText ? [...this.#byText.values()] : [];
  }

  get isEmpty(): boolean {
    return !this.#byText?.size;
  }

  add(finding: Finding | undefined): void {
    if (!finding) return;
    this.#byText ??= new Map();
    if (!this.#byText.has(finding.text)) this.#byText.set(finding.text, finding);
  }

  merge(other: Findings): void {
    if (other.#byText) for (const finding of other.#byText.values()) this.add(finding);
    this.matches += other.matches;
  }

  /** What is found is forgiven. */
  clear(): void {
    this.#byText = undefined;
  }
}
