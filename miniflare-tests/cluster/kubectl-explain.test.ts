import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster();
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

/** Every kind that can be read, as `deployments.apps` or `pods`, with its API version. */
async function readable(): Promise<{ name: string; apiVersion: string; kind: string }[]> {
  const { stdout } = await kubectl(['api-resources', '--verbs=get', '--no-headers']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      // NAME, SHORTNAMES (perhaps none), APIVERSION, NAMESPACED, KIND
      const words = line.trim().split(/\s+/);
      const [apiVersion = '', , kind = ''] = words.slice(-3);
      return { name: words[0]!, apiVersion, kind };
    });
}

it('explains every kind with all of its fields', async () => {
  const kinds = await readable();
  expect(kinds.length).toBeGreaterThan(40);
  const failed: string[] = [];
  const explain = async ({ name, apiVersion, kind }: (typeof kinds)[number]) => {
    const { code, stdout, stderr } = await kubectl(['explain', name, '--recursive', `--api-version=${apiVersion}`]);
    const isWhole = stdout.includes(`KIND:       ${kind}\n`) && /^ {2}metadata\s+<ObjectMeta>/m.test(stdout);
    if (code !== 0 || !isWhole) failed.push(`${apiVersion} ${name}: ${stderr || stdout.slice(0, 200)}`);
  };
  // A few processes at a time.
  for (let start = 0; start < kinds.length; start += 4) {
    await Promise.all(kinds.slice(start, start + 4).map(explain));
  }
  expect(failed).toEqual([]);
}, 120_000);
