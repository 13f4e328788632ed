/** `steady-client.ts URL`: one request after the other; prints `ok` or `fail REASON` for each, a line each. */
import { setTimeout as delay } from 'node:timers/promises';

const [url] = process.argv.slice(2) as [string];
const pauseMs = 50;
const timeoutMs = 1_000;

for (;;) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } });
    await response.text();
    console.log(response.ok ? 'ok' : `fail ${response.status}`);
  } catch (error) {
    console.log(`fail ${(error as Error).name}`);
  }
  await delay(pauseMs);
}
