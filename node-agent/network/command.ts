import { spawn } from 'node:child_process';

/** Runs a program of the machine and returns what it prints. Throws with what it wrote to stderr. */
export type RunCommand = (command: string, args: readonly string[], input?: string) => Promise<string>;

const timeoutMs = 30_000;

export const runCommand: RunCommand = (command, args, input) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { timeout: timeoutMs });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? `${command} is not installed` : cause.message;
      reject(new Error(`${command} ${args.join(' ')}: ${why}`, { cause }));
    });
    // A program that ends before it has read everything closes the pipe; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} failed (${code ?? 'killed'}): ${errors.trim()}`));
    });
    child.stdin.end(input);
  });
