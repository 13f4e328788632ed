import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSender } from './clients.ts';
import { ServerProcess } from './server-process.ts';

/** MB of JavaScript objects, of which Cloudflare gives 128. One that needs more ends, and with it every open request. */
const heapLimit = 48;
const namespace = '/api/v1/namespaces/large';
const configMaps = `${namespace}/configmaps`;
const objects = 70;
const size = 1_000_000;
const watched = `${configMaps}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;

let server: ServerProcess;

const send = (path: string, options = {}) => {
  const { server: url, ca, token } = server.credential;
  return createSender({ url, ca: ca ?? '', token })(path, options);
};

/** How long an answer is: to its end, or of a stream that has none to where `until` first appears. */
function bytesOf(path: string, accept: string, until?: string): Promise<number> {
  const { server: url, ca, token } = server.credential;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept };
    const request = httpsRequest(`${url}${path}`, { ca: ca ?? '', headers, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (until === undefined || !chunk.includes(until)) return;
        resolve(bytes);
        request.destroy();
      });
      response.once('end', () => resolve(bytes));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end();
  });
}

beforeAll(async () => {
  server = await ServerProcess.create();
  server.start(['--heap-limit', String(heapLimit)]);
  await server.untilReady();
  await send('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'large' } } });
});

afterAll(() => server.discard());

describe(`a control plane with a heap of ${heapLimit} MB`, () => {
  test(`takes ${objects} objects of a megabyte`, { timeout: 120_000 }, async () => {
    const pid = server.workerdPid;
    const text = 'x'.repeat(size);
    for (let n = 0; n < objects; n++) {
      const body = { metadata: { name: `large-${n}` }, data: { text } };
      expect((await send(configMaps, { method: 'POST', body })).status).toBe(201);
    }
    expect(server.workerdPid).toBe(pid);
  });

  test.each([
    ['JSON', 'application/json', objects * size],
    ['YAML', 'application/yaml', objects * size],
    ['a Table', 'application/json;as=Table;v=v1;g=meta.k8s.io', objects * 100],
  ])('lists them as %s', { timeout: 120_000 }, async (_form, accept, least) => {
    const pid = server.workerdPid;
    expect(await bytesOf(configMaps, accept)).toBeGreaterThan(least);
    expect(server.workerdPid).toBe(pid);
  });

  test('begins a watch with them', { timeout: 120_000 }, async () => {
    const pid = server.workerdPid;
    expect(await bytesOf(watched, 'application/json', 'k8s.io/initial-events-end')).toBeGreaterThan(objects * size);
    expect(server.workerdPid).toBe(pid);
  });

  test('starts again with them', { timeout: 120_000 }, async () => {
    const pid = server.workerdPid;
    server.killWorkerd();
    await expect.poll(() => server.workerdPid, { timeout: 30_000 }).not.toBe(pid);
    await server.untilReady();
    const restarted = server.workerdPid;
    // Its controllers read everything first; what they write shows that they got through.
    await send('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'after' } } });
    const account = '/api/v1/namespaces/after/serviceaccounts/default';
    await expect.poll(async () => (await send(account)).status, { timeout: 60_000 }).toBe(200);
    expect(server.workerdPid).toBe(restarted);
  });

  test('removes them with their namespace', { timeout: 120_000 }, async () => {
    const pid = server.workerdPid;
    expect((await send(namespace, { method: 'DELETE' })).status).toBe(200);
    await expect.poll(async () => (await send(namespace)).status, { timeout: 60_000, interval: 200 }).toBe(404);
    expect(server.workerdPid).toBe(pid);
  });
});
