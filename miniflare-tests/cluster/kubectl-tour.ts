import { expect } from 'vitest';
import type { KubectlOptions, RunKubectl } from './kubectl.ts';

/** One command and what it must print; texts are compared whole, without surrounding blank lines. */
export interface Stop extends KubectlOptions {
  /** The command line without `kubectl`; single quotes hold an argument together. */
  run: string;
  stdout?: string | RegExp;
  stderr?: string | RegExp;
  code?: number;
}

/** A manifest on standard input. */
export const stdin = (...objects: object[]) =>
  objects.map((object) => JSON.stringify({ apiVersion: 'v1', ...object })).join('\n---\n');

/** Runs the commands in their order. What is not said is: exit code 0, nothing on stderr. */
export async function tour(kubectl: RunKubectl, stops: readonly Stop[]): Promise<void> {
  for (const { run, stdout, stderr, code, ...options } of stops) {
    const args = run.match(/(?:'[^']*'|[^\s'])+/g)!.map((word) => word.replaceAll("'", ''));
    const result = await kubectl(args, options);
    const said = `$ kubectl ${run}\n${result.stdout}${result.stderr}`;
    if (stdout !== undefined) compare(result.stdout, stdout, said);
    if (stderr !== undefined || code === undefined) compare(result.stderr, stderr ?? '', said);
    expect(result.code, said).toBe(code ?? 0);
  }
}

function compare(actual: string, expected: string | RegExp, said: string): void {
  if (typeof expected === 'string') expect(tidy(actual), said).toBe(tidy(expected));
  else expect(actual, said).toMatch(expected);
}

/** Without blank lines around, and without blanks at the ends of lines. */
function tidy(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trim();
}
