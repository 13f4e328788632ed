import { describe, test } from 'vitest';
import { systemClock } from '../node-agent/clock.ts';
import { createDockerRuntime } from '../node-agent/runtime/docker-runtime.ts';
import { runtimeContract } from '../node-agent/runtime/runtime.contract.ts';
import { buildBusyboxImage, busybox, busyboxImage } from './docker-image.ts';

const host = process.env.DOCKER_HOST;

if (host && busybox) {
  runtimeContract('Docker', async () => {
    buildBusyboxImage(host);
    return {
      runtime: createDockerRuntime({ host, clock: systemClock, minimumOomScoreAdj: 0 }),
      image: busyboxImage,
      network: process.env.FAIRLEAD_TEST_NETWORK ?? 'bridge',
    };
  });
} else {
  describe('Docker as a container runtime', () => {
    test.skip('needs DOCKER_HOST and a static busybox', () => {});
  });
}
