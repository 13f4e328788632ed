const begin = '<!-- figures: written by `npm run bench -- --write-docs` -->';
const end = '<!-- end of figures -->';

/** Replaces what is between the markers of a document. Throws when it has none. */
export function replaceFigures(document: string, figures: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} ... ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${figures.trim()}\n\n${document.slice(to)}`;
}
