import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject, Pod } from '../../shared/api/object.ts';
import type { ApiClient } from '../api-client.ts';
import { UserError } from '../report.ts';
import { packageRoot } from '../server/package-root.ts';

const images = ['fairlead-guestbook/redis:v1', 'fairlead-guestbook/frontend:v1'];
const answerTimeoutMs = 180_000;

export function guestbookFolder(): string {
  return join(packageRoot(), 'examples', 'guestbook');
}

/** The manifests of the example, in the order in which they are applied: Services before what looks them up. */
export function guestbookManifests(): KubernetesObject[] {
  const folder = guestbookFolder();
  const files = ['redis-master.yaml', 'redis-slave.yaml', 'frontend.yaml'];
  const known = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  if (known.length !== files.length) throw new Error(`examples/guestbook holds ${known.join(', ')}`);
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => document.toJS() as KubernetesObject),
  );
}

/** Builds the images of the example unless this engine has them. */
export function ensureImages(dockerHost: string, remark: (text: string) => void): void {
  const env = { ...process.env, DOCKER_HOST: dockerHost };
  if (spawnSync('docker', ['image', 'inspect', ...images], { env }).status === 0) {
    remark('already there');
    return;
  }
  const built = spawnSync(join(guestbookFolder(), 'images', 'build.sh'), { env, encoding: 'utf8' });
  if (built.status !== 0)
    throw new UserError(
      `The images of the guestbook could not be built:\n${built.stderr.trim().split('\n').slice(-5).join('\n')}`,
    );
  remark(images.join(', '));
}

/** What the Pods are doing, in one line. */
async function describePods(api: ApiClient): Promise<string> {
  const { items } = await api.get<{ items: Pod[] }>('/api/v1/namespaces/default/pods');
  const running = items.filter((pod) => pod.status?.phase === 'Running').length;
  const waiting = items.flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).map((status) => status.state?.waiting?.reason),
  );
  const reasons = [...new Set(waiting.filter((reason) => reason && reason !== 'ContainerCreating'))];
  return `${running} of ${items.length} Pods run${reasons.length > 0 ? `, ${reasons.join(', ')}` : ''}`;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/cgi-bin/guestbook`, { signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    // Not there yet: refused, reset or timed out. The caller's deadline bounds this.
    return false;
  }
}

/** Waits until the guestbook lists its entries at `url`, which takes a frontend, a slave and both their Services. */
export async function waitForGuestbook(api: ApiClient, url: string, remark: (text: string) => void): Promise<void> {
  const deadline = Date.now() + answerTimeoutMs;
  while (!(await answers(url))) {
    if (Date.now() > deadline) {
      throw new UserError(
        `The guestbook does not answer at ${url} (${await describePods(api)}): \`kubectl describe pods\` tells why.`,
      );
    }
    remark(await describePods(api));
    await delay(200);
  }
  remark(`answers at ${url}`);
}
