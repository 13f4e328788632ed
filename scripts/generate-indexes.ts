/**
 * Writes `index.generated.ts` for every folder in which one file adds one thing: the list of what its modules export
 * by default. Run `node scripts/generate-indexes.ts` after adding such a file; a test says when it was forgotten.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A folder, and the list that its index exports. */
export interface IndexedFolder {
  /** Relative to the repository. */
  folder: string;
  exportName: string;
}

export const indexedFolders: readonly IndexedFolder[] = [
  { folder: 'shared/kinds', exportName: 'builtInKinds' },
  { folder: 'control-plane/controllers', exportName: 'builtInControllers' },
  { folder: 'control-plane/scheduler/filters', exportName: 'filters' },
  { folder: 'control-plane/scheduler/scores', exportName: 'scores' },
];

const repository = new URL('../', import.meta.url);

/** Where the index of a folder is. */
export function indexFile({ folder }: IndexedFolder): URL {
  return new URL(`${folder}/index.generated.ts`, repository);
}

/** The text of the index, or `undefined` for a folder with nothing to list. */
export function renderIndex({ folder, exportName }: IndexedFolder): string | undefined {
  const modules = defaultExporting(new URL(`${folder}/`, repository));
  if (modules.length === 0) return undefined;
  return [
    '// Written by scripts/generate-indexes.ts. Do not edit.',
    ...modules.map((name) => `import ${identifier(name)} from './${name}.ts';`),
    '',
    `export const ${exportName} = [`,
    ...modules.map((name) => `  ${identifier(name)},`),
    '];',
    '',
  ].join('\n');
}

/** Names of the modules with a default export. A dot in the rest of a name (`.test`, `.generated`) rules it out. */
function defaultExporting(folder: URL): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
    .filter((file) => /^export default /m.test(readFileSync(new URL(file, folder), 'utf8')))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** `service-account` as `serviceAccount`. */
function identifier(name: string): string {
  return name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

if (import.meta.main) {
  for (const indexed of indexedFolders) {
    const text = renderIndex(indexed);
    if (text !== undefined) writeFileSync(indexFile(indexed), text);
  }
}
