import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compatibilityFile, renderCompatibility } from './compatibility-table.ts';

const root = join(import.meta.dirname, '..');
const documents = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => name === 'node_modules' || name.startsWith('.'),
});
const folders = [
  'shared',
  'control-plane',
  'node-agent',
  'cli',
  'bin',
  'testing',
  'scripts',
  'docs',
  'e2e',
  'bench',
  'conformance',
  'examples',
  'miniflare-tests',
];

/** Paths of the project that a text names in backquotes. */
function namedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([\w./-]+)`/g)].map((match) => match[1] as string);
  return quoted.filter((path) => path.includes('/') && folders.includes(path.split('/')[0] as string));
}

/** Targets of links to other files. */
function linkedPaths(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1] as string);
}

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  test('names only paths that exist', () => {
    const missing = namedPaths(text).filter((path) => !existsSync(join(root, path)));
    const broken = linkedPaths(text).filter((path) => !existsSync(join(root, dirname(document), path)));
    expect([...missing, ...broken]).toEqual([]);
  });
});

test('the table of kinds is up to date (npm run generate)', () => {
  const document = readFileSync(compatibilityFile, 'utf8');
  expect(renderCompatibility(document)).toBe(document);
});
