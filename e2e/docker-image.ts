import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's `busybox-static`. */
export const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
export const busyboxImage = 'fairlead-e2e/busybox:1';

/** A userland in one static file, built without a registry. */
export function buildBusyboxImage(dockerHost: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-image-'));
  copyFileSync(busybox!, join(dir, 'busybox'));
  writeFileSync(
    join(dir, 'Dockerfile'),
    'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\nENV PATH=/bin\n',
  );
  const build = ['-H', dockerHost, 'build', '--network=none', '-q', '-t', busyboxImage, dir];
  execFileSync('docker', build, { stdio: 'pipe' });
  rmSync(dir, { recursive: true });
}
