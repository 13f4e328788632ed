import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** A child process that is spoken to in lines: one question, one answer. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #errors = '';

  constructor(child: ChildProcess) {
    if (!child.stdout || !child.stdin) throw new Error('a LineProcess needs piped stdin and stdout');
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    // A process that ended is reported by `read`.
    child.stdin.on('error', () => undefined);
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next line; throws with what the process wrote to stderr when it ended instead. */
  async read(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the process ended: ${this.#errors}`);
    return value;
  }

  ask(question: string): Promise<string> {
    this.#child.stdin?.write(`${question}\n`);
    return this.read();
  }

  stop(): void {
    this.#reader.close();
    this.#child.kill('SIGKILL');
  }
}
