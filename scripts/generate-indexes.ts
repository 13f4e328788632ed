/**
 * Writes `index.generated.ts` for every folder in which one file adds one thing. Run with `npm run generate` or
 * `node scripts/generate-indexes.ts` after adding such a file.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A folder, and the list that its index exports. */
export interface IndexedFolder {
  /** Relative to the repository. */
  folder: string;
  exportName: string;
  /** What an entry is, and the module in the repository that says so. */
  type: { name: string; from: string };
}

export const indexedFolders: readonly IndexedFolder[] = [
  {
    folder: 'shared/kinds',
    exportName: 'builtInKinds',
    type: { name: 'KindDefinition', from: './define-kind.ts' },
  },
];

const repository = new URL('../', import.meta.url);

/** Where the index of a folder is. */
export function indexFile({ folder }: IndexedFolder): URL {
  return new URL(`${folder}/index.generated.ts`, repository);
}

/** The text of the index: modules with a default export, by name, without tests. */
export function renderIndex(indexed: IndexedFolder): string {
  const folder = new URL(`${indexed.folder}/`, repository);
  const modules = readdirSync(folder)
    .filter((name) => /^[a-z0-9-]+\.ts$/.test(name))
    .filter((name) => /^export default /m.test(readFileSync(new URL(name, folder), 'utf8')))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
  return [
    '// Written by scripts/generate-indexes.ts. Do not edit.',
    ...modules.map((name) => `import ${identifier(name)} from './${name}.ts';`),
    `import type { ${indexed.type.name} } from '${indexed.type.from}';`,
    '',
    `export const ${indexed.exportName}: ${indexed.type.name}[] = [`,
    ...modules.map((name) => `  ${identifier(name)},`),
    '];',
    '',
  ].join('\n');
}

/** `service-account` as `serviceAccount`. */
function identifier(name: string): string {
  return name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

if (import.meta.main) {
  for (const indexed of indexedFolders) {
    if (existsSync(new URL(`${indexed.folder}/`, repository))) writeFileSync(indexFile(indexed), renderIndex(indexed));
  }
}
