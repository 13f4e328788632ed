import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { systemClock } from '../node-agent/clock.ts';
import { createDockerRuntime } from '../node-agent/runtime/docker-runtime.ts';
import { runtimeContract } from '../node-agent/runtime/runtime.contract.ts';

const host = process.env.DOCKER_HOST;
const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
const image = 'fairlead-e2e/busybox:1';

/** A userland in one static file, built without a registry. */
function buildImage(): void {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-image-'));
  copyFileSync(busybox!, join(dir, 'busybox'));
  writeFileSync(
    join(dir, 'Dockerfile'),
    'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\nENV PATH=/bin\n',
  );
  execFileSync('docker', ['-H', host!, 'build', '--network=none', '-q', '-t', image, dir], { stdio: 'pipe' });
  rmSync(dir, { recursive: true });
}

if (host && busybox) {
  runtimeContract('Docker', async () => {
    buildImage();
    return {
      runtime: createDockerRuntime({ host, clock: systemClock, minimumOomScoreAdj: 0 }),
      image,
      network: process.env.FAIRLEAD_TEST_NETWORK ?? 'bridge',
    };
  });
} else {
  describe('Docker as a container runtime', () => {
    test.skip('needs DOCKER_HOST and a static busybox', () => {});
  });
}
