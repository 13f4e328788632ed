import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workerd } from './workerd.ts';

interface Acknowledged {
  name: string;
  content: string;
  revision: number;
}

interface Change {
  revision: number;
  key: { name: string };
  json: string;
}

/** How often the server is killed; `KILLS=100` for a long night. */
const kills = Number(process.env.KILLS ?? 8);
const clients = 24;

let directory: string;
let server: Workerd;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairlead-durability-'));
  const worker = fileURLToPath(new URL('../workers/durability-worker.ts', import.meta.url));
  server = await Workerd.prepare({ directory, worker });
});

afterAll(async () => {
  await server.kill();
  await rm(directory, { recursive: true, force: true });
});

it('[Q1] no acknowledged write is lost and no revision is skipped, however often the server is killed', async () => {
  const acknowledged: Acknowledged[] = [];
  let verified = 0;
  for (let round = 0; round < kills; round++) {
    await server.start();
    const killAfterMs = 150 + Math.floor(Math.random() * 500);
    const before = acknowledged.length;
    const writing = writeUntilItDies(round, acknowledged);
    await new Promise((resolve) => setTimeout(resolve, killAfterMs));
    await server.kill();
    await writing;
    expect(acknowledged.length, `round ${round}, killed after ${killAfterMs} ms`).toBeGreaterThan(before);
    await server.start();
    verified = await verify(acknowledged, verified);
    await server.kill();
  }
  console.info(`killed ${kills} times, ${acknowledged.length} acknowledged writes, ${verified} revisions, none lost`);
}, 600_000);

/** Many clients write as fast as they can until their connections break. */
async function writeUntilItDies(round: number, acknowledged: Acknowledged[]): Promise<void> {
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let index = 0; ; index++) {
        const name = `client-${client}-${index % 50}`;
        const content = `${round}/${index}/${'x'.repeat((index * 37) % 3000)}`;
        const revision = await write(name, content);
        if (revision === undefined) return;
        acknowledged.push({ name, content, revision });
      }
    }),
  );
}

/** The revision that the server acknowledged; undefined once it is gone. */
async function write(name: string, content: string): Promise<number | undefined> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${server.url}/objects/${name}`, { method: 'POST', body: content });
    text = await response.text();
  } catch {
    // Killed: whether this write has happened is open, and either is right.
    return undefined;
  }
  expect(response.status, text).toBe(200);
  return (JSON.parse(text) as { revision: number }).revision;
}

/** Checks every change after `from` against what was acknowledged, and the objects; returns the last revision. */
async function verify(acknowledged: readonly Acknowledged[], from: number): Promise<number> {
  const changes = await changesAfter(from);
  const last = changes.at(-1)?.revision ?? from;
  expect(changes.map(({ revision }) => revision)).toEqual(
    Array.from({ length: last - from }, (_, index) => from + index + 1),
  );
  const byRevision = new Map(changes.map((change) => [change.revision, change]));
  for (const { name, content, revision } of acknowledged) {
    if (revision <= from) continue;
    const change = byRevision.get(revision);
    expect(change?.key.name, `acknowledged revision ${revision}`).toBe(name);
    expect(contentOf(change?.json)).toBe(content);
  }
  const { items } = (await get('/objects')) as { items: Change[] };
  const newest = new Map(changes.map((change) => [change.key.name, change]));
  for (const { key, revision, json } of items) {
    const change = newest.get(key.name);
    if (change) expect({ revision, json }).toEqual({ revision: change.revision, json: change.json });
    newest.delete(key.name);
  }
  expect([...newest.keys()]).toEqual([]);
  return last;
}

async function changesAfter(from: number): Promise<Change[]> {
  const all: Change[] = [];
  for (let after = from; ; ) {
    const { changes, revision } = (await get(`/changes?after=${after}`)) as { changes: Change[]; revision: number };
    all.push(...changes);
    if (revision === after) return all;
    after = revision;
  }
}

async function get(path: string): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  return response.json();
}

function contentOf(json: string | undefined): string | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as { content: string }).content;
}
