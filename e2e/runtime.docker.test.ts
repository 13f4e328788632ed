import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../node-agent/clock.ts';
import { createDockerRuntime } from '../node-agent/runtime/docker-runtime.ts';
import { runtimeContract } from '../node-agent/runtime/runtime.contract.ts';
import { busyboxImage } from './docker-image.ts';
import { EngineHost } from './lab/engine-host.ts';

let host: EngineHost;

beforeAll(async () => {
  host = await EngineHost.start();
});
afterAll(() => host?.destroy());

runtimeContract('Docker', async () => {
  const { dockerHost, network } = host;
  const runtime = createDockerRuntime({ host: dockerHost, clock: systemClock, minimumOomScoreAdj: 0 });
  return { runtime, image: busyboxImage, network };
});
