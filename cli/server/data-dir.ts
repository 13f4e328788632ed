import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../report.ts';

/** The files of one data directory. Everything in it is readable by its owner only. */
export class DataDir {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Creates the directory; a UserError says what to do where that is impossible. */
  prepare(): void {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      mkdirSync(this.file('state'), { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new UserError(
        `The data directory ${this.path} cannot be created (${(cause as NodeJS.ErrnoException).code}): choose another with --data-dir.`,
        { cause },
      );
    }
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  read(...parts: string[]): string | undefined {
    const file = this.file(...parts);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** Replaces a file as a whole: a crash leaves the old or the new one. */
  write(text: string, ...parts: string[]): string {
    const file = this.file(...parts);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.new`;
    writeFileSync(draft, text, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
    return file;
  }
}
