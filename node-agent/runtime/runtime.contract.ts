import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../testing/pods.ts';
import type { ContainerConfig, ContainerRuntime, LogOptions } from './container-runtime.ts';

/** Commands that every implementation must know how to carry out. */
export const contractCommands = {
  runs: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'],
  stubborn: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'],
  fails: ['sh', '-c', 'echo one; echo two; exit 3'],
  missing: ['/does/not/exist'],
} as const;

export interface RuntimeHarness {
  runtime: ContainerRuntime;
  /** An image that the engine has, with a shell. */
  image: string;
  network: string;
}

/** What the agent relies on, whatever the engine. */
export function runtimeContract(name: string, setUp: () => Promise<RuntimeHarness>): void {
  describe(`${name} as a container runtime`, () => {
    const run = `contract-${Date.now().toString(36)}`;
    const labels = { 'dev.fairlead.test': run };
    let harness: RuntimeHarness;
    let runtime: ContainerRuntime;
    let serial = 0;

    beforeAll(async () => {
      harness = await setUp();
      runtime = harness.runtime;
    });

    afterAll(async () => {
      for (const id of await runtime.list(labels)) await runtime.remove(id);
      runtime.close();
    });

    const nextName = () => {
      serial += 1;
      return `${run}-${serial}`;
    };

    async function sandbox(): Promise<string> {
      const id = await runtime.createSandbox({
        name: nextName(),
        labels,
        hostname: 'pod',
        network: harness.network,
        ports: [],
      });
      await runtime.start(id);
      return id;
    }

    async function container(
      command: readonly string[],
      sandboxId: string,
      containerName = nextName(),
    ): Promise<string> {
      const config: ContainerConfig = {
        name: containerName,
        labels: { ...labels, part: 'app' },
        sandboxId,
        image: harness.image,
        command: [...command],
        env: ['COLOR=blue'],
        mounts: [],
        resources: { cpuShares: 2, oomScoreAdj: 1000 },
        security: {
          supplementalGroups: [],
          privileged: false,
          readOnlyRootFilesystem: false,
          capabilitiesAdd: [],
          capabilitiesDrop: [],
          noNewPrivileges: false,
        },
      };
      return runtime.createContainer(config);
    }

    const stateOf = async (id: string) => (await runtime.inspect(id))?.state;

    async function ended(id: string) {
      const until = Date.now() + 10_000;
      for (;;) {
        const record = await runtime.inspect(id);
        if (record?.state === 'exited') return record;
        if (Date.now() > until) throw new Error('the container does not end');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    async function logText(id: string, options: Partial<LogOptions> = {}): Promise<string> {
      let text = '';
      const all = { follow: false, timestamps: false, signal: new AbortController().signal, ...options };
      for await (const { data } of runtime.logs(id, all)) text += new TextDecoder().decode(data);
      return text;
    }

    test('a container is created, runs until it is told to stop, and is gone when removed', async () => {
      const pod = await sandbox();
      const id = await container(contractCommands.runs, pod);
      expect(await stateOf(id)).toBe('created');
      await runtime.start(id);
      await runtime.start(id);
      expect(await stateOf(id)).toBe('running');
      await runtime.signal(id, 'stop');
      expect((await ended(id)).finishedAt).toBeGreaterThan(0);
      await runtime.signal(id, 'stop');
      await runtime.remove(id);
      await runtime.remove(id);
      expect(await runtime.inspect(id)).toBeUndefined();
    });

    test('a container that ignores the signal ends by SIGKILL', async () => {
      const id = await container(contractCommands.stubborn, await sandbox());
      await runtime.start(id);
      await runtime.signal(id, 'SIGKILL');
      expect(await ended(id)).toMatchObject({ exitCode: 137 });
    });

    test('the exit code and the log of a container that ended can be read', async () => {
      const id = await container(contractCommands.fails, await sandbox());
      await runtime.start(id);
      expect(await ended(id)).toMatchObject({ exitCode: 3 });
      expect(await logText(id)).toBe('one\ntwo\n');
      expect(await logText(id, { tailLines: 1 })).toBe('two\n');
      expect(await logText(id, { follow: true })).toBe('one\ntwo\n');
      expect(await logText(id, { timestamps: true })).toMatch(/^\d{4}-\d\d-\d\dT\S+Z one\n\d{4}-/);
    });

    test('a command that cannot start throws startFailed and stays as a record with the reason', async () => {
      const id = await container(contractCommands.missing, await sandbox());
      await expect(runtime.start(id)).rejects.toMatchObject({ code: 'startFailed' });
      const record = await runtime.inspect(id);
      expect(record).toMatchObject({ state: 'created', exitCode: 127 });
      expect(record?.error).toBeTruthy();
    });

    test('a sandbox on a network of its own has an address; a name is given once', async () => {
      const pod = await sandbox();
      const record = await runtime.inspect(pod);
      if (harness.network !== 'none') expect(record?.ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      const taken = nextName();
      await container(contractCommands.runs, pod, taken);
      await expect(container(contractCommands.runs, pod, taken)).rejects.toMatchObject({ code: 'conflict' });
    });

    test('containers are found by all of the given labels', async () => {
      const pod = await sandbox();
      const id = await container(contractCommands.runs, pod);
      const apps = await runtime.list({ ...labels, part: 'app' });
      expect(apps).toContain(id);
      expect(apps).not.toContain(pod);
      expect(await runtime.list({ ...labels, part: 'other' })).toEqual([]);
    });

    test('what happens to labelled containers is told', async () => {
      const seen: string[] = [];
      let connected = 0;
      const watch = runtime.watch({
        labels: { ...labels, part: 'app' },
        connected: () => {
          connected += 1;
        },
        disconnected: () => {},
        event: ({ type, id }) => seen.push(`${type} ${id}`),
      });
      await eventually(() => connected === 1);
      const id = await container(contractCommands.fails, await sandbox());
      await runtime.start(id);
      await eventually(() => seen.includes(`died ${id}`), { timeoutMs: 10_000 });
      await runtime.remove(id);
      await eventually(() => seen.includes(`removed ${id}`), { timeoutMs: 10_000 });
      watch.close();
      expect(seen).toEqual([`started ${id}`, `died ${id}`, `removed ${id}`]);
    });

    test('commands run in a container', async () => {
      const id = await container(contractCommands.runs, await sandbox());
      await runtime.start(id);
      expect(await runtime.exec(id, ['sh', '-c', 'echo $COLOR; exit 4'], { timeoutMs: 5_000 })).toEqual({
        exitCode: 4,
        output: 'blue\n',
      });
    });

    test('images are there or not, and an unknown one cannot be used', async () => {
      expect((await runtime.findImage(harness.image))?.id).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(await runtime.findImage('fairlead.invalid/nothing:1')).toBeUndefined();
      await expect(runtime.pullImage('fairlead.invalid/nothing:1')).rejects.toMatchObject({ code: 'pullFailed' });
    });

    test('says what it is', async () => {
      const info = await runtime.info();
      expect(info.cpus).toBeGreaterThan(0);
      expect(info.memoryBytes).toBeGreaterThan(0);
    });
  });
}
