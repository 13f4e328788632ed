import { existsSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSender } from './clients.ts';
import { ServerProcess } from './server-process.ts';

/** How often the server is killed; `KILLS=100` for a long night. */
const kills = Number(process.env.KILLS ?? 5);
const writers = 16;
const configMaps = '/api/v1/namespaces/default/configmaps';

interface Write {
  name: string;
  content: string;
  revision: number;
}

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create();
  server.start();
  await server.untilReady();
});

afterAll(() => server.discard());

const send = (path: string, options = {}) => {
  const { server: url, ca, token } = server.credential;
  return createSender({ url, ca: ca ?? '', token })(path, options);
};

it(
  `no acknowledged write of the API is lost when workerd and its supervisor are killed, ${kills} times`,
  async () => {
    const acknowledged: Write[] = [];
    let verified = Number((await send(configMaps)).json.metadata?.resourceVersion);
    for (let round = 0; round < kills; round++) {
      const before = acknowledged.length;
      const writing = writeUntilItDies(round, acknowledged);
      const killAfterMs = 200 + Math.floor(Math.random() * 600);
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      if (round % 2 === 0) {
        server.killWorkerd();
        await writing;
      } else {
        // Its workerd serves on as an orphan, until the next server takes the data directory over.
        await server.killSupervisor();
        server.start();
        await writing;
      }
      await server.untilReady();
      expect(acknowledged.length, `round ${round}, killed after ${killAfterMs} ms`).toBeGreaterThan(before);
      verified = await verify(acknowledged, verified);
    }
    console.info(`killed ${kills} times, ${acknowledged.length} acknowledged writes, none lost`);
  },
  30_000 + kills * 15_000,
);

it('stops when it is asked to, leaves nothing running, and comes back with everything', async () => {
  const watching = httpsRequest(`${server.credential.server}${configMaps}?watch=true`, {
    ca: server.credential.ca,
    headers: { authorization: `Bearer ${server.credential.token}` },
  });
  const watchEnded = new Promise((resolve) =>
    watching.once('response', (response) => response.resume().once('close', resolve)),
  );
  watching.once('error', () => undefined).end();
  const before = (await send(configMaps)).json;
  const { workerdPid } = server;
  expect(await server.stop()).toBe(0);
  await watchEnded;
  expect(existsSync(`/proc/${workerdPid}/exe`)).toBe(false);
  server.start();
  await server.untilReady();
  expect((await send(configMaps)).json.items).toEqual(before.items);
});

/** Many clients create, replace and patch as fast as they can until their connections break. */
async function writeUntilItDies(round: number, acknowledged: Write[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: writers });
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let index = 0; ; index++) {
        const name = `writer-${writer}-${index % 10}`;
        const content = `${round}/${index}/${'x'.repeat((index * 37) % 2000)}`;
        const write = await apply(agent, name, content);
        if (!write) return;
        acknowledged.push({ name, content, revision: write });
      }
    }),
  );
  agent.destroy();
}

/** Server-side apply, which creates or updates; the revision that was acknowledged, or undefined once the server is gone. */
function apply(agent: Agent, name: string, content: string): Promise<number | undefined> {
  const { server: url, ca, token } = server.credential;
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { content } });
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${url}${configMaps}/${name}?fieldManager=writer&force=true`,
      {
        method: 'PATCH',
        agent,
        ca,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/apply-patch+yaml',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        // Killed in the middle of an answer: whether this write has happened is open, and either is right.
        response.once('error', () => resolve(undefined));
        response.once('end', () => {
          if (response.statusCode !== 200 && response.statusCode !== 201) {
            reject(new Error(`${response.statusCode}: ${text}`));
          } else
            resolve(Number((JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion));
        });
      },
    );
    request.once('error', () => resolve(undefined));
    request.end(body);
  });
}

interface WatchEvent {
  type: string;
  object: { metadata: { name: string; resourceVersion: string }; data?: { content: string } };
}

/** Checks history after `from`, and the present, against what was acknowledged; returns the present revision. */
async function verify(acknowledged: readonly Write[], from: number): Promise<number> {
  const list = (await send(configMaps)).json as {
    metadata: { resourceVersion: string };
    items: WatchEvent['object'][];
  };
  const present = Number(list.metadata.resourceVersion);
  const newest = Math.max(from, ...acknowledged.map(({ revision }) => revision));
  expect(present).toBeGreaterThanOrEqual(newest);

  const { text } = await send(`${configMaps}?watch=true&resourceVersion=${from}&timeoutSeconds=2`);
  const lines = text.trim();
  const events = lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as WatchEvent);
  const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect(revisions, 'revisions grow').toEqual([...new Set(revisions)].sort((a, b) => a - b));
  const history = new Map(events.map((event) => [Number(event.object.metadata.resourceVersion), event.object]));
  for (const { name, content, revision } of acknowledged) {
    if (revision <= from) continue;
    const object = history.get(revision);
    expect([object?.metadata.name, object?.data?.content], `acknowledged revision ${revision}`).toEqual([
      name,
      content,
    ]);
  }
  // The present is where history ends.
  const last = new Map(events.map(({ object }) => [object.metadata.name, object]));
  for (const object of list.items) {
    const expected = last.get(object.metadata.name);
    if (expected) expect(object.data).toEqual(expected.data);
    last.delete(object.metadata.name);
  }
  expect([...last.keys()]).toEqual([]);
  return present;
}
