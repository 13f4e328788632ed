import { appendFileSync, chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface AuditLogOptions {
  /** `-` is standard output. */
  path: string;
  /** A file of this size is set aside for a new one. */
  maxBytes: number;
  /** How many of those are kept: `PATH.1` is the newest. */
  backups: number;
}

/** A file of JSON lines that its owner only can read. */
export interface AuditLog {
  write(line: string): void;
}

export function openAuditLog({ path, maxBytes, backups }: AuditLogOptions): AuditLog {
  if (path === '-') return { write: (line) => void process.stdout.write(`${line}\n`) };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = existsSync(path) ? statSync(path).size : 0;
  return {
    write(line) {
      const text = `${line}\n`;
      const length = Buffer.byteLength(text);
      if (size > 0 && size + length > maxBytes) {
        setAside(path, backups);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      if (size === 0) chmodSync(path, 0o600);
      size += length;
    },
  };
}

function setAside(path: string, backups: number): void {
  const backup = (index: number) => (index === 0 ? path : `${path}.${index}`);
  rmSync(backup(backups), { force: true });
  for (let index = backups - 1; index >= 0; index--) {
    if (existsSync(backup(index))) renameSync(backup(index), backup(index + 1));
  }
}
