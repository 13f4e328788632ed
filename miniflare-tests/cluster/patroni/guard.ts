/**
 * Called with the folder of a Patroni cluster. Outlives whoever started it, however that ends: once nobody holds its
 * standard input any more, it ends every process of the folder and removes it.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { endAll } from './processes.ts';

const [folder = ''] = process.argv.slice(2);
await once(process.stdin.resume(), 'end');
await endAll(folder);
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
