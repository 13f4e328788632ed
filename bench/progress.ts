/** One line on a terminal that says what is going on; nothing where nobody watches. */
export interface ProgressLine {
  show(what: string): void;
  clear(): void;
}

export function createProgressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const startedAt = performance.now();
  return {
    show(what) {
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      stream.write(`\r\u001b[K  … ${`${what} (${seconds} s)`.slice(0, (stream.columns ?? 80) - 5)}`);
    },
    clear: () => void stream.write('\r\u001b[K'),
  };
}
