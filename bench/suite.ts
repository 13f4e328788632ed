import type { Figure } from './figures.ts';
import type { Cleanup } from './setup/cleanup.ts';

export interface SuiteContext {
  /** A folder of the suite's own; gone at the end of the run. */
  folder: string;
  /** Undoes what the suite starts, whatever happens. */
  cleanup: Cleanup;
  /** Says what is being measured. */
  progress(what: string): void;
}

export interface SuiteResult {
  figures: Figure[];
  /** What a reader has to know to read the table; a paragraph each. */
  remarks: string[];
}

/** One part of the measurements: a file of `suites/`. */
export interface Suite {
  name: string;
  title: string;
  /** Commands that it needs, with the Debian packages that have them. */
  needs: Readonly<Record<string, string>>;
  run(context: SuiteContext): Promise<SuiteResult>;
}
