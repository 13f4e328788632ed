import type { Pod, Service } from '../../shared/api/object.ts';
import { openConnection, prepareRequest } from '../load/connection.ts';
import { askJson } from '../setup/server.ts';
import { service, simplePod } from '../suites/manifests.ts';
import { firstReply, noReply } from './first-reply.ts';
import type { StartConfig, StartTimes } from './start-times.ts';

const core = '/api/v1/namespaces/default';
const app = 'started';

interface WatchEvent {
  type: string;
  object: Pod;
}

/** A Service and a watch that stay, and a function that starts one Pod behind them and removes it again. */
export async function createPodStarter({ api, image }: StartConfig): Promise<() => Promise<StartTimes>> {
  const created = await askJson<Service>(api, `${core}/services`, { method: 'POST', body: service(app) });
  const clusterIP = created.spec?.clusterIP ?? '';
  const events = await watchPods(api);
  let number = 0;

  return async () => {
    const name = `${app}-${++number}`;
    const of = (event: WatchEvent) => event.object.metadata.name === name;
    const body = simplePod(name, { image, labels: { app } });
    const startedAt = performance.now();
    const running = events
      .first((event) => of(event) && event.object.status?.phase === 'Running')
      .then(() => performance.now() - startedAt);
    await askJson(api, `${core}/pods`, { method: 'POST', body });
    const reply = firstReply(clusterIP).then(() => performance.now() - startedAt);
    const times = { running: await running, reply: await reply };
    const gone = events.first((event) => of(event) && event.type === 'DELETED');
    await askJson(api, `${core}/pods/${name}`, { method: 'DELETE' });
    await gone;
    await noReply(clusterIP);
    return times;
  };
}

/** All events of the Pods of the namespace, from now on. */
async function watchPods(api: StartConfig['api']) {
  const { metadata } = await askJson<{ metadata: { resourceVersion: string } }>(api, `${core}/pods`);
  const waiting = new Set<{ matches(event: WatchEvent): boolean; resolve(): void }>();
  const fail = (error: Error) => {
    throw error;
  };
  let rest = '';
  const connection = await openConnection(api, {
    onFailure: fail,
    onResponse: ({ status, errorBody }) => fail(new Error(`the watch ended with ${status}: ${errorBody}`)),
    onBody(piece) {
      const lines = (rest + piece.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const event of lines.map((line) => JSON.parse(line) as WatchEvent)) {
        for (const waiter of waiting) if (waiter.matches(event)) waiter.resolve();
      }
    },
  });
  const path = `${core}/pods?watch=true&resourceVersion=${metadata.resourceVersion}`;
  connection.send(prepareRequest(api, { method: 'GET', path })({ index: 0, sequence: 0 }));
  return {
    /** Resolves with the first event from now on that matches. */
    first: (matches: (event: WatchEvent) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const waiter = {
          matches,
          resolve() {
            waiting.delete(waiter);
            resolve();
          },
        };
        waiting.add(waiter);
      }),
  };
}
