/** Writes the table of served kinds into docs/compatibility.md, from the kinds' own declarations. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiVersionOf } from '../shared/kinds/define-kind.ts';
import { builtInKinds } from '../shared/kinds/index.generated.ts';

export const compatibilityFile = join(import.meta.dirname, '..', 'docs', 'compatibility.md');
const begin = '<!-- kinds: written by npm run generate -->';
const end = '<!-- end of kinds -->';

/** The document with its table brought up to date. */
export function renderCompatibility(document: string): string {
  const rows = builtInKinds
    .map((kind) => {
      const { status, scale, others } = kind.subresources ?? {};
      const subresources = [...(status ? ['status'] : []), ...(scale ? ['scale'] : []), ...Object.keys(others ?? {})];
      return `| ${kind.kind} | ${apiVersionOf(kind)} | ${[kind.plural, ...(kind.shortNames ?? [])].join(', ')} | ${subresources.join(', ')} |`;
    })
    .sort();
  const table = ['| kind | version | names | subresources |', '|---|---|---|---|', ...rows].join('\n');
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${compatibilityFile} lacks its markers`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

if (import.meta.main) writeFileSync(compatibilityFile, renderCompatibility(readFileSync(compatibilityFile, 'utf8')));
