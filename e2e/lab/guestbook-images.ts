import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerHost } from './docker-host.ts';

const root = join(import.meta.dirname, '..', '..');
const sources = join(root, 'examples', 'guestbook', 'images');
export const guestbookImages = ['fairlead-guestbook/redis:v1', 'fairlead-guestbook/frontend:v1'];

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const file of globSync('**', { cwd: sources }).sort()) {
    if (statSync(join(sources, file)).isFile()) hash.update(file).update(readFileSync(join(sources, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The images of the guestbook as one archive; built on `engine` where no earlier run has left it. */
export function guestbookArchive(engine: DockerHost): Buffer {
  const cache = join(root, '.fairlead', 'cache');
  const archive = join(cache, `guestbook-${sourceHash()}.tar`);
  if (existsSync(archive)) return readFileSync(archive);
  const env = { ...process.env, DOCKER_HOST: engine.dockerHost };
  execFileSync(join(sources, 'build.sh'), { env, stdio: 'pipe' });
  const saved = engine.docker(['save', ...guestbookImages]).stdout;
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${archive}.${process.pid}`, saved);
  renameSync(`${archive}.${process.pid}`, archive);
  return saved;
}
