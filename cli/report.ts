import { styleText } from 'node:util';

/** A failure that a person can act on: one sentence, with the next step in it. Anything else is a bug and shows its stack. */
export class UserError extends Error {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'UserError';
  }
}

type Style = Parameters<typeof styleText>[0];

function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/** Prints an error on stderr: the sentence of a UserError, everything of a bug. */
export function reportFailure(error: unknown): void {
  if (error instanceof UserError) {
    console.error(`${styled('red', 'error:')} ${error.message}`);
    return;
  }
  console.error(styled('red', 'fairlead failed in a way that it should not; please report this:'));
  console.error(error);
}

/** Shows the steps of a long task on stderr: what runs, then how it went and how long it took. */
export interface Progress {
  /** Runs `work` as one step. What it returns may add a remark to the step's line. */
  step<T>(title: string, work: (remark: (text: string) => void) => Promise<T>): Promise<T>;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true;
  return {
    async step(title, work) {
      const startedAt = performance.now();
      let note = '';
      const draw = () => stream.write(`\r\u001b[K  ${styled('cyan', '…')} ${title}${note ? ` (${note})` : ''}`);
      if (live) draw();
      const finish = (mark: string) => {
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
        const line = `  ${mark} ${title}${note ? `: ${note}` : ''} ${styled('dim', `${seconds} s`)}\n`;
        stream.write(live ? `\r\u001b[K${line}` : line);
      };
      try {
        const result = await work((text) => {
          note = text;
          if (live) draw();
        });
        finish(styled('green', '✓'));
        return result;
      } catch (error) {
        finish(styled('red', '✗'));
        throw error;
      }
    },
  };
}
