/** A line that is longer than this is handed on in parts. */
const maxLineUnits = 8 * 1024 * 1024;

/** Puts pieces of text together and calls back with each whole line. */
export function splitLines(onLine: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (rest.length <= maxLineUnits) return;
    onLine(rest);
    rest = '';
  };
}
