import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StorageCounters } from '../../control-plane/apiserver/http/counters.ts';
import { eventually } from '../../e2e/lab/wait.ts';
import type { Endpoints, KubernetesObject, Pod } from '../../shared/api/object.ts';
import { startTestNode } from '../../testing/test-node.ts';
import type { Figure } from '../figures.ts';
import { type FairleadServer, startFairlead } from '../setup/fairlead-server.ts';
import { askJson } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { replicatedPods, service, simplePod } from './manifests.ts';

const replicas = 10;
const bareRounds = 5;
/** Shorter than the time after which an idle object leaves memory, and its counters with it. */
const idleMs = 8_000;
const core = '/api/v1/namespaces/default';
const image = 'registry.example/app:v1';

export const rowsSuite: Suite = {
  name: 'rows',
  title: 'Rows written',
  needs: {},
  async run(context) {
    const meter = createMeter(await startCluster(context));
    await meter.settled();
    context.progress(`an idle cluster for ${idleMs / 1000} s`);
    const before = await meter.rows();
    await delay(idleMs);
    const idle = (await meter.rows()) - before;
    const single = await bareLifecycles(meter, context);
    const figures: Figure[] = [
      {
        id: 'rows.idle',
        title: `an idle cluster with two nodes, ${idleMs / 1000} s`,
        unit: 'rows',
        value: idle,
      },
      { id: 'rows.bare-pod', title: 'life of a Pod of nobody', unit: 'rows', value: single },
      ...(await replicatedLifecycle(meter, context)),
    ];
    return { figures, remarks };
  },
};

const remarks = [
  'Counted by the object itself (`GET /fairlead/v1/debug/counters`): rows and index entries written by SQL, entries of its key-value storage, alarms set. An idle object leaves memory after ten seconds, and starts to count anew. A life is create, bind, run, delete, with watch history; that of replicas includes their shares of the ReplicationController, the Service and the Endpoints. Events are in a shard of their own and cost two rows each there.',
];

interface Meter {
  server: FairleadServer;
  /** Written so far. */
  rows(): Promise<number>;
  /** Resolves when nothing has been written for a second. */
  settled(): Promise<void>;
  /** Rows written, and events created, until what `work` causes has settled. */
  during(work: () => Promise<unknown>): Promise<{ rows: number; events: number }>;
}

async function startCluster({ folder, cleanup, progress }: SuiteContext): Promise<FairleadServer> {
  progress('starting a cluster with two nodes');
  const server = await startFairlead(join(folder, 'server'));
  cleanup.defer(() => server.stop());
  const url = `https://${server.host}:${server.port}`;
  for (const index of [1, 2]) {
    const node = await startTestNode({ url, ca: server.ca ?? '', token: server.token, folder, index });
    cleanup.defer(() => node.stop());
  }
  return server;
}

function createMeter(server: FairleadServer): Meter {
  const rows = async () => {
    const counters = await askJson<StorageCounters>(server, '/fairlead/v1/debug/counters');
    return counters.rowsWritten + counters.keyValueWrites + counters.alarmsSet;
  };
  const events = async () => (await items(server, 'events')).length;
  const settled = async () => {
    let last = await rows();
    let since = performance.now();
    await eventually('the cluster to settle', async () => {
      const now = await rows();
      if (now !== last) [last, since] = [now, performance.now()];
      return performance.now() - since > 1000;
    });
  };
  return {
    server,
    rows,
    settled,
    async during(work) {
      const before = { rows: await rows(), events: await events() };
      await work();
      await settled();
      return { rows: (await rows()) - before.rows, events: (await events()) - before.events };
    },
  };
}

async function items(server: FairleadServer, resource: string): Promise<KubernetesObject[]> {
  return (await askJson<{ items: KubernetesObject[] }>(server, `${core}/${resource}`)).items;
}

async function isRunning(server: FairleadServer, count: number): Promise<boolean> {
  const pods = (await items(server, 'pods')) as unknown as Pod[];
  return pods.filter((pod) => pod.status?.phase === 'Running').length === count;
}

/** Rows of one Pod without owner and Service. */
async function bareLifecycles({ server, during }: Meter, { progress }: SuiteContext): Promise<number> {
  const { rows } = await during(async () => {
    for (let round = 1; round <= bareRounds; round++) {
      progress(`a Pod of nobody, ${round} of ${bareRounds}`);
      const body = simplePod(`single-${round}`, { image });
      await askJson(server, `${core}/pods`, { method: 'POST', body });
      await eventually('the Pod to run', () => isRunning(server, 1));
      await askJson(server, `${core}/pods/single-${round}`, { method: 'DELETE' });
      await eventually('the Pod to be gone', async () => (await items(server, 'pods')).length === 0);
    }
  });
  return rows / bareRounds;
}

async function replicatedLifecycle({ server, during }: Meter, { progress }: SuiteContext): Promise<Figure[]> {
  progress(`${replicas} replicas come`);
  const up = await during(async () => {
    await askJson(server, `${core}/services`, { method: 'POST', body: service('web') });
    const body = replicatedPods('web', { image, replicas });
    await askJson(server, `${core}/replicationcontrollers`, { method: 'POST', body });
    await eventually('the replicas to run', () => isRunning(server, replicas));
    await eventually('the Endpoints to be complete', async () => {
      const { subsets } = await askJson<Endpoints>(server, `${core}/endpoints/web`);
      return subsets?.[0]?.addresses?.length === replicas;
    });
  });
  progress(`${replicas} replicas go`);
  const down = await during(async () => {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    await askJson(server, `${core}/replicationcontrollers/web`, { method: 'DELETE', body });
    await eventually('the replicas to be gone', async () => (await items(server, 'pods')).length === 0);
    await askJson(server, `${core}/services/web`, { method: 'DELETE' });
  });
  const [rows, events] = [up.rows + down.rows, up.events + down.events];
  return [
    {
      id: 'rows.replicated-pod',
      title: `life of a Pod, one of ${replicas} replicas with a Service`,
      unit: 'rows',
      value: rows / replicas,
      detail: `${up.rows} rows up, ${down.rows} down, for all`,
    },
    {
      id: 'rows.events',
      title: 'the same, events in their own shard (at two rows)',
      unit: 'rows',
      value: (2 * events) / replicas,
      detail: `${events} events for all`,
    },
  ];
}
