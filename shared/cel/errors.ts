/** A place in an expression: index of a code point in its text. */
export interface CelIssue {
  at: number;
  message: string;
}

/** What an expression is refused for, or fails with. `message` is what Kubernetes says. */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** The text is no expression, or not one of the types that it names. */
export class CelCompileError extends CelError {
  readonly issues: readonly CelIssue[];
  constructor(text: string, issues: readonly CelIssue[]) {
    super(
      issues
        .toSorted((a, b) => a.at - b.at)
        .map((issue) => showIssue(text, issue))
        .join('\n'),
    );
    this.name = 'CelCompileError';
    this.issues = issues;
  }
}

/** An evaluation failed: `no such key: x`, `division by zero`. `&&` and `||` may make up for it. */
export class CelRuntimeError extends CelError {
  constructor(message: string) {
    super(message);
    this.name = 'CelRuntimeError';
  }
}

/** An evaluation asked for more than it was allowed; nothing makes up for that. */
export class CelCostError extends CelError {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'CelCostError';
  }
}

/** More lines than these are not repeated. */
const maximumExcerpt = 1000;

function showIssue(text: string, { at, message }: CelIssue): string {
  const codes = Array.from(text);
  const before = codes.slice(0, at);
  const line = before.filter((char) => char === '\n').length + 1;
  const column = at - (before.lastIndexOf('\n') + 1);
  const excerpt = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
  if (excerpt.length > maximumExcerpt) return head;
  return `${head}\n | ${excerpt}\n | ${'.'.repeat(column)}^`;
}
