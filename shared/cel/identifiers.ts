/**
 * Field names that are no identifiers of the language, or are reserved in it, and what expressions write for them:
 * `a-b` is `a__dash__b`, `namespace` is `__namespace__`.
 */

const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

const unescapes = new Map(Object.entries(escapes).map(([text, escaped]) => [escaped, text]));

/** True for a name that expressions can use as it is. */
export function isIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name);
}

/** Undefined for a name that no expression can speak of. */
export function escapeIdentifier(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (text) => escapes[text]!);
}

/** Undefined for a name that escaping does not lead to. */
export function unescapeIdentifier(escaped: string): string | undefined {
  let valid = true;
  const name = escaped.replace(/__[^_]+__/g, (text) => {
    const plain = unescapes.get(text);
    if (plain !== undefined) return plain;
    const word = text.slice(2, -2);
    if (reserved.has(word) && text === escaped) return word;
    valid = false;
    return '';
  });
  return valid ? name : undefined;
}
