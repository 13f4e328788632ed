/** Characters of all texts together above which each of them is shortened; the first beyond it is the last one told. */
const maxTotal = 4096;
/** Characters that are left of a text then. */
const maxShortened = 256;

/** Values of the `Warning` headers for these texts: each text once, and not more than a header can hold. */
export function warningHeaders(texts: Iterable<string>): string[] {
  const told = [...new Set(texts)].filter((text) => text !== '').map((text) => [...text]);
  const total = told.reduce((sum, { length }) => sum + length, 0);
  if (total <= maxTotal) return told.map(header);
  let written = 0;
  return told.flatMap((text) => {
    if (written >= maxTotal) return [];
    const shortened = text.slice(0, maxShortened);
    written += shortened.length;
    return [header(shortened)];
  });
}

/** Adds them to an answer. */
export function warn(headers: Headers, texts: Iterable<string>): void {
  for (const value of warningHeaders(texts)) headers.append('warning', value);
}

/** `299 - "text"`, with what a header cannot carry removed. */
function header(text: readonly string[]): string {
  const escaped = text
    .join('')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
  return `299 - "${escaped}"`;
}
