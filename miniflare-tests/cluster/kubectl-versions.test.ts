import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
});

afterAll(() => cluster.stop());

const deployment = (namespace: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "registry.example/app:1"}]}
`;

// The newest is what every other test uses.
describe.each([30, 31, 32, 33, 34])('kubectl 1.%i', (minor) => {
  const namespace = `v${minor}`;
  let run: RunKubectl;
  const kubectl = async (args: string, input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run([...args.split(' '), '--namespace', namespace], { input });
    expect(code, `kubectl ${args}: ${stderr}`).toBe(0);
    return stdout;
  };

  it('creates, applies, waits, shows, changes and deletes', async () => {
    run = createKubectl(cluster.kubeconfigPath, minor);
    expect(await kubectl('version')).toContain(`Client Version: v1.${minor}.`);
    await kubectl(`create namespace ${namespace}`);
    expect(await kubectl('apply -f -', deployment(namespace, 1))).toBe('deployment.apps/web created\n');
    expect(await kubectl('apply --server-side --force-conflicts -f -', deployment(namespace, 2))).toBe(
      'deployment.apps/web serverside-applied\n',
    );
    await kubectl('rollout status deployment/web --timeout=20s');
    expect(await kubectl('get deployments')).toMatch(/^web +2\/2 +2 +2 /m);
    expect(await kubectl('describe deployment web')).toMatch(/Replicas: +2 desired \| 2 updated \| 2 total/);
    await kubectl('expose deployment web --port=80');
    await kubectl('scale deployment web --replicas=1');
    await kubectl('label deployment web tier=front');
    await kubectl('set image deployment/web main=registry.example/app:2');
    await kubectl('rollout undo deployment/web');
    await kubectl('wait deployment/web --for=condition=Available --timeout=20s');
    expect(await kubectl('get all -o name')).toContain('service/web');
    expect(await kubectl('explain deployment.spec.strategy')).toContain('rollingUpdate');
    expect(await kubectl('auth can-i create deployments')).toBe('yes\n');
    await kubectl('delete deployment,service web');
  });
});
