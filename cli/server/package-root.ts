import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: the nearest one above this file that has the package's own `package.json`. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'wrangler.toml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the folder of the fairlead package was not found');
    folder = parent;
  }
  return folder;
}
