import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface PayloadFile {
  data: Uint8Array;
  mode: number;
  /** Its owner, where that is not the agent. */
  uid?: number;
}

const dataLink = '..data';

/**
 * Brings `directory` to hold exactly `payload` (relative paths to files), so that a reader sees either all of the old
 * content or all of the new: files live in a directory of their own behind the symbolic link `..data`, which is replaced
 * by a rename; every visible name is a link through it. Returns whether anything changed.
 */
export async function writeAtomically(
  directory: string,
  payload: ReadonlyMap<string, PayloadFile>,
  { gid }: { gid?: number } = {},
): Promise<boolean> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await chmod(directory, 0o755);
  const old = await readlink(join(directory, dataLink)).catch(ifMissing);
  if (old !== undefined && (await holds(join(directory, old), payload))) {
    await link(directory, payload);
    return false;
  }
  const fresh = await mkdtemp(join(directory, '..content-'));
  await chmod(fresh, 0o755);
  for (const [path, file] of payload) await writeOne(join(fresh, path), file, gid);
  const temporary = join(directory, '..data_tmp');
  await rm(temporary, { force: true });
  await symlink(basename(fresh), temporary);
  await rename(temporary, join(directory, dataLink));
  await link(directory, payload);
  await removeLeftovers(directory, { keep: basename(fresh), payload });
  return true;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

async function writeOne(path: string, { data, mode, uid }: PayloadFile, gid: number | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, data, { mode: 0o600 });
  if (uid !== undefined || gid !== undefined) await chown(path, uid ?? -1, gid ?? -1);
  await chmod(path, gid === undefined ? mode : mode | 0o440);
}

async function holds(directory: string, payload: ReadonlyMap<string, PayloadFile>): Promise<boolean> {
  const present = await readdir(directory, { recursive: true, withFileTypes: true }).catch(ifMissing);
  if (present?.filter((entry) => entry.isFile()).length !== payload.size) return false;
  for (const [path, { data, mode }] of payload) {
    const file = join(directory, path);
    const [info, content] = [await stat(file).catch(ifMissing), await readFile(file).catch(ifMissing)];
    if (!info || !content?.equals(data) || (info.mode & mode) !== mode) return false;
  }
  return true;
}

const topOf = (path: string) => path.split('/')[0] ?? path;

async function link(directory: string, payload: ReadonlyMap<string, PayloadFile>): Promise<void> {
  for (const name of new Set([...payload.keys()].map(topOf))) {
    await symlink(join(dataLink, name), join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function removeLeftovers(
  directory: string,
  { keep, payload }: { keep: string; payload: ReadonlyMap<string, PayloadFile> },
): Promise<void> {
  const wanted = new Set([dataLink, keep, ...[...payload.keys()].map(topOf)]);
  for (const name of await readdir(directory)) {
    if (!wanted.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
