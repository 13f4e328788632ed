/**
 * Runs on a node of the lab and measures starts there. Reads a StartConfig, then `pod` or `docker` for one start of that
 * kind; answers each line with a line: `ready`, then StartTimes.
 */
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import { startByHand } from './docker-start.ts';
import { createPodStarter } from './pod-start.ts';
import type { StartConfig } from './start-times.ts';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const config = JSON.parse((await lines.next()).value ?? '') as StartConfig;
const docker = new Docker({ socketPath: new URL(config.dockerHost).pathname });
const startPod = await createPodStarter(config);
console.log('ready');
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const times = line.value === 'pod' ? await startPod() : await startByHand(docker, config.image);
  console.log(JSON.stringify(times));
}
process.exit(0);
