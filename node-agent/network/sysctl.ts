import { readFile, writeFile } from 'node:fs/promises';

/** Kernel settings below /proc/sys, by path: `net/ipv4/ip_forward`. */
export interface Sysctl {
  /** True when the setting has the value now; false where the kernel has no such setting or refuses it. */
  set(path: string, value: string): Promise<boolean>;
}

export const procSysctl: Sysctl = {
  async set(path, value) {
    const file = `/proc/sys/${path}`;
    try {
      if ((await readFile(file, 'utf8')).trim() === value) return true;
      await writeFile(file, value);
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      throw error;
    }
  },
};
