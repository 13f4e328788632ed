import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { descriptionsFile, renderColumnDescriptions } from './generate-column-descriptions.ts';
import { indexedFolders, indexFile, renderIndex } from './generate-indexes.ts';

describe('generated files are up to date', () => {
  for (const indexed of indexedFolders) {
    const text = renderIndex(indexed);
    it.skipIf(text === undefined)(`${indexed.folder}: node scripts/generate-indexes.ts`, () => {
      expect(readFileSync(indexFile(indexed), 'utf8')).toBe(text);
    });
  }

  it('column descriptions: node scripts/generate-column-descriptions.ts', () => {
    expect(readFileSync(descriptionsFile, 'utf8')).toBe(renderColumnDescriptions());
  });
});
