import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cpuSeconds, residentMegabytes } from '../../bench/setup/process-tree.ts';
import { createSender, type SendRaw } from './clients.ts';
import { ServerProcess } from './server-process.ts';
import { eventually } from './waits.ts';

const watches = 2_000;
const watched = '/api/v1/namespaces/default/configmaps';
const aside = '/api/v1/namespaces/kube-public/configmaps';

let server: ServerProcess;
let send: SendRaw;
let agent: Agent;

beforeAll(async () => {
  server = await ServerProcess.create();
  server.start();
  await server.untilReady();
  const { server: url, ca = '', token } = server.credential;
  send = createSender({ url, ca, token });
  agent = new Agent({ ca, keepAlive: true, maxSockets: Infinity });
});

afterAll(async () => {
  agent.destroy();
  await server.stop();
  await server.discard();
});

/** Resolves once the server has begun to answer. */
async function openWatch(resourceVersion: string): Promise<IncomingMessage> {
  const { server: url, token } = server.credential;
  const headers = { authorization: `Bearer ${token}` };
  const call = httpsRequest(`${url}${watched}?watch=1&resourceVersion=${resourceVersion}`, { agent, headers }).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response;
}

const create = (path: string, name: string) => send(path, { method: 'POST', body: { metadata: { name } } });

/** The median of some, in ms. */
async function msOfWrite(prefix: string): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    const startedAt = performance.now();
    expect((await create(aside, `${prefix}-${count}`)).status).toBe(201);
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[10]!;
}

it(`${watches} idle watches cost bounded memory, no time, and delay nobody`, async () => {
  await msOfWrite('warm');
  const alone = await msOfWrite('alone');
  const before = residentMegabytes(server.workerdPid);
  const list = (await send(watched)).json as { metadata: { resourceVersion: string } };
  const open: IncomingMessage[] = [];
  while (open.length < watches) {
    open.push(...(await Promise.all(Array.from({ length: 50 }, () => openWatch(list.metadata.resourceVersion)))));
  }
  // What opening them has left is given back, or is counted.
  await delay(3_000);
  const kilobytesEach = ((residentMegabytes(server.workerdPid) - before) * 1024) / watches;

  const cpuBefore = cpuSeconds(server.workerdPid);
  await delay(5_000);
  const share = (cpuSeconds(server.workerdPid) - cpuBefore) / 5;

  const beside = await msOfWrite('beside');
  let told = 0;
  for (const response of open) {
    response.once('data', () => {
      told += 1;
    });
  }
  const startedAt = performance.now();
  expect((await create(watched, 'news')).status).toBe(201);
  await eventually('every watch has heard of it', () => told === watches);
  const allToldMs = performance.now() - startedAt;
  console.log(JSON.stringify({ watches, kilobytesEach, share, alone, beside, allToldMs }));

  // With TLS, both ends of the socket between front and object, and the stream: of one process.
  expect(kilobytesEach).toBeLessThan(200);
  expect(share).toBeLessThan(0.05);
  expect(beside).toBeLessThan(alone * 3 + 20);
  expect(allToldMs).toBeLessThan(10_000);
}, 120_000);
