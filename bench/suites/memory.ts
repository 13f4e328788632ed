import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { guestbookImages } from '../../e2e/lab/guestbook-images.ts';
import { eventually } from '../../e2e/lab/wait.ts';
import { labPackages } from '../../scripts/system-packages.ts';
import type { ReplicationController } from '../../shared/api/object.ts';
import type { Figure } from '../figures.ts';
import { startBareObject } from '../floors/bare-object.ts';
import { generate } from '../load/generator.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { type OneNode, startOneNode } from '../setup/one-node.ts';
import { residentMegabytes } from '../setup/process-tree.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { createConfigMap } from './api/requests.ts';
import { replicatedPods } from './manifests.ts';

const pods = 30;
const objects = 5_000;
/** Time for what a start has left over to be given back. */
const restMs = 5_000;

export const memorySuite: Suite = {
  name: 'memory',
  title: 'Resident memory',
  needs: labPackages,
  async run(context) {
    const figures = [...(await measureServer(context)), ...(await measureAgent(context))];
    return { figures, remarks };
  },
};

const remarks = [
  `Sums over process trees: the server is workerd and the Node process that supervises it. A node of the agent runs on a Docker engine of its own; the engine is not counted in. Each is measured ${restMs / 1000} s after it came to rest.`,
];

async function measureServer({ folder, cleanup, progress }: SuiteContext): Promise<Figure[]> {
  progress('an idle server');
  const server = await startFairlead(join(folder, 'server'));
  cleanup.defer(() => server.stop());
  const bare = await startBareObject(join(folder, 'bare'));
  cleanup.defer(() => bare.stop());
  await delay(restMs);
  const floors = [{ name: 'bare workerd', value: residentMegabytes(bare.pid) }];
  const idle = residentMegabytes(server.pid);
  progress(`a server with ${objects} objects`);
  const request = createConfigMap('default');
  const job = { kind: 'load', target: server, request, clients: 32, requests: objects } as const;
  await generate({ ...job, from: 0, warmupMs: 0, durationMs: 60_000 }, server.pid);
  await delay(restMs);
  const filled = residentMegabytes(server.pid);
  await Promise.all([server.stop(), bare.stop()]);
  return [
    { id: 'memory.server-idle', title: 'server, idle', unit: 'MB', value: idle, floors },
    {
      id: 'memory.server-filled',
      title: `server, after ${objects.toLocaleString('en-US')} creates of 1.5 KB`,
      unit: 'MB',
      value: filled,
    },
  ];
}

async function measureAgent(context: SuiteContext): Promise<Figure[]> {
  const { cleanup, progress } = context;
  const node = await startOneNode(context);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  cleanup.defer(() => bare.kill('SIGKILL'));
  progress('an idle agent');
  await delay(restMs);
  const idle = residentMegabytes(node.agentPid);
  const floors = [{ name: 'bare Node', value: residentMegabytes(bare.pid ?? 0) }];
  progress(`an agent with ${pods} Pods`);
  await runPods(node);
  await delay(restMs);
  const busy = residentMegabytes(node.agentPid);
  // Quicker than to kill them all with the engine.
  await removePods(node);
  return [
    { id: 'memory.agent-idle', title: 'agent, idle', unit: 'MB', value: idle, floors },
    { id: 'memory.agent-30-pods', title: `agent, ${pods} Pods on Docker`, unit: 'MB', value: busy, floors },
  ];
}

async function removePods({ kubectl }: OneNode): Promise<void> {
  kubectl.kubectl(['delete', 'rc', 'memory', '--cascade=foreground', '--wait=false']);
  await eventually('the Pods to be gone', () => kubectl.kubectl(['get', 'pods', '-o', 'name']).trim() === '');
}

async function runPods({ kubectl }: OneNode): Promise<void> {
  const image = guestbookImages[1] as string;
  kubectl.kubectl(['create', '-f', '-'], JSON.stringify(replicatedPods('memory', { image, replicas: pods })));
  await eventually(`${pods} Pods to be ready`, () => {
    const { status } = kubectl.json<ReplicationController>(['get', 'rc', 'memory']);
    return status?.readyReplicas === pods;
  });
}
