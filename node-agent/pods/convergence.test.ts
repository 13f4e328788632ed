import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import { createImages } from '../images/images.ts';
import { silentLog } from '../log.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import { createMemoryRuntime, type MemoryRuntime } from '../runtime/memory-runtime.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { aPod } from '../testing/pods.ts';
import { createPods, type Pods } from './pods.ts';

/** What may happen to a node, in any order. */
type Happening =
  | { type: 'add'; policy: 'Always' | 'OnFailure' | 'Never'; init: boolean; containers: number }
  | { type: 'delete'; which: number }
  | { type: 'forget'; which: number }
  | { type: 'exit'; which: number; code: number }
  | { type: 'sandboxDies'; which: number }
  | { type: 'engineGoes' }
  | { type: 'engineComes' }
  | { type: 'timePasses'; ms: number }
  /** The agent dies once it has made this many more calls of the engine, and is started again later. */
  | { type: 'crash'; afterCalls: number }
  | { type: 'restart' };

const which = fc.nat(20);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('add' as const),
      policy: fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const),
      init: fc.boolean(),
      containers: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget' as const), which }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('exit' as const), which, code: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sandboxDies' as const), which }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'engineGoes' as const }, { type: 'engineComes' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('timePasses' as const), ms: fc.nat(40_000) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('crash' as const), afterCalls: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'restart' as const }) },
);

/** An engine as one life of an agent sees it: after its death no call has an effect, and none returns. */
function mortal(runtime: MemoryRuntime) {
  let callsLeft = Number.POSITIVE_INFINITY;
  const counted = new Proxy(runtime, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function' || name === 'watch' || name === 'close') return value;
      return (...args: unknown[]) => {
        if (callsLeft <= 0) return new Promise(() => {});
        callsLeft -= 1;
        const result = Reflect.apply(value, target, args);
        return callsLeft > 0 ? result : new Promise(() => {});
      };
    },
  });
  return {
    runtime: counted as ContainerRuntime,
    dieAfter(calls: number) {
      callsLeft = Math.min(callsLeft, calls);
    },
  };
}

class NodeUnderTest {
  readonly clock: ManualClock = createManualClock();
  readonly engine = createMemoryRuntime({
    clock: this.clock,
    // Init containers end by themselves.
    behave: ({ labels }) => (labels['io.kubernetes.container.name'] === 'init' ? { exitCode: 0, afterMs: 10 } : {}),
  });
  readonly wanted = new Map<string, Pod>();
  life: { pods: Pods; dieAfter(calls: number): void } | undefined;

  start(): void {
    this.stop();
    const { runtime, dieAfter } = mortal(this.engine);
    const pods = createPods({
      clock: this.clock,
      log: silentLog,
      nodeName: 'node-1',
      nodeIP: '192.0.2.1',
      runtime,
      runtimeName: 'docker',
      probes: { follow: () => {}, forget: () => {}, close: () => {} },
      images: createImages({ runtime }),
      volumes: { mount: async () => {}, paths: () => new Map(), unmount: async () => {} },
      files: { mounts: async () => [], terminationMessage: async () => '' },
      cluster: { configMap: () => undefined, secret: () => undefined, services: () => [] },
      events: { pod: () => {}, node: () => {} },
      facts: (podIP) => ({
        nodeIP: '192.0.2.1',
        podIP,
        resources: { cpuMillis: 1000, memoryBytes: 2 ** 30, allocatableMemoryBytes: 2 ** 30 },
      }),
      sandboxNetwork: () => 'pods',
      sandboxStarted: async () => {},
      networkReady: () => true,
      reportStatus: ({ uid }, status) => {
        const pod = this.wanted.get(uid);
        if (pod)
          this.wanted.set(uid, { ...pod, status, metadata: { ...pod.metadata, resourceVersion: this.#nextVersion() } });
      },
      isReporting: () => false,
      reportRemoved: ({ uid }) => {
        const left = this.engine.containers().filter(({ labels }) => labels['io.kubernetes.pod.uid'] === uid);
        expect(left, 'a Pod is reported as removed while it has containers').toEqual([]);
        this.wanted.delete(uid);
      },
      engine: () => {},
    });
    this.life = { pods, dieAfter };
    pods.start();
    this.tell();
  }

  #version = 1;
  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }

  stop(): void {
    this.life?.dieAfter(0);
    this.life?.pods.close();
    this.life = undefined;
  }

  tell(): void {
    this.life?.pods.desire(this.wanted.values(), { complete: true });
  }

  change(uid: string, change: (pod: Pod) => void): void {
    const pod = structuredClone(this.wanted.get(uid)!);
    change(pod);
    pod.metadata.resourceVersion = this.#nextVersion();
    this.wanted.set(uid, pod);
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    this.tell();
    this.check();
  }

  /** Holds at every moment. */
  check(): void {
    const running = new Map<string, number>();
    for (const { labels, state } of this.engine.containers()) {
      if (state !== 'running') continue;
      const key = `${labels['io.kubernetes.pod.uid']}/${labels['io.kubernetes.container.name']}`;
      running.set(key, (running.get(key) ?? 0) + 1);
    }
    for (const [key, count] of running) expect(count, `${key} runs ${count} times`).toBe(1);
  }

  apply(happening: Happening): void {
    const uids = [...this.wanted.keys()];
    const running = this.engine.containers().filter(({ state }) => state === 'running');
    const pick = <T>(list: T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
    switch (happening.type) {
      case 'add': {
        const names = ['main', 'helper'].slice(0, happening.containers);
        const pod = aPod({
          restartPolicy: happening.policy,
          ...(happening.init
            ? { initContainers: [{ name: 'init', image: 'app', imagePullPolicy: 'IfNotPresent' }] }
            : {}),
          containers: names.map((name) => ({ name, image: 'app' })),
        });
        this.wanted.set(pod.metadata.uid!, pod);
        break;
      }
      case 'delete': {
        const uid = pick(uids, happening.which);
        if (uid)
          this.change(uid, (pod) =>
            Object.assign(pod.metadata, { deletionTimestamp: 'now', deletionGracePeriodSeconds: 5 }),
          );
        break;
      }
      case 'forget': {
        const uid = pick(uids, happening.which);
        if (uid) this.wanted.delete(uid);
        break;
      }
      case 'exit': {
        const found = pick(
          running.filter(({ labels }) => labels['io.kubernetes.docker.type'] === 'container'),
          happening.which,
        );
        if (found) this.engine.exit(found.id, happening.code);
        break;
      }
      case 'sandboxDies': {
        const found = pick(
          running.filter(({ labels }) => labels['io.kubernetes.docker.type'] === 'podsandbox'),
          happening.which,
        );
        if (found) this.engine.exit(found.id, 137);
        break;
      }
      case 'engineGoes':
        this.engine.disconnect();
        break;
      case 'engineComes':
        this.engine.connect();
        break;
      case 'timePasses':
        this.clock.advance(happening.ms);
        break;
      case 'crash':
        this.life?.dieAfter(happening.afterCalls);
        break;
      case 'restart':
        this.start();
        break;
    }
    this.tell();
  }

  /** What must be true once nothing happens any more. */
  checkEnd(): void {
    const containers = this.engine.containers();
    for (const { labels } of containers) expect([...this.wanted.keys()]).toContain(labels['io.kubernetes.pod.uid']);
    for (const [uid, pod] of this.wanted) {
      expect(pod.metadata.deletionTimestamp, 'a deleted Pod is still there').toBeUndefined();
      const mine = containers.filter(({ labels }) => labels['io.kubernetes.pod.uid'] === uid);
      const running = mine
        .filter(({ state }) => state === 'running')
        .map(({ labels }) => labels['io.kubernetes.container.name']);
      const phase = pod.status?.phase;
      if (phase === 'Running') expect(running).toContain('POD');
      else expect({ phase, running }).toEqual({ phase: expect.stringMatching(/^(Succeeded|Failed)$/), running: [] });
      if (phase === 'Running' && pod.spec?.restartPolicy === 'Always') {
        const names = pod.spec.containers.map(({ name }) => name);
        expect(running.sort()).toEqual(['POD', ...names].sort());
      }
    }
  }
}

test('whatever happens, and wherever the agent dies, Pods converge: nothing runs twice, nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
      const node = new NodeUnderTest();
      node.start();
      for (const next of happenings) {
        node.apply(next);
        await node.settle();
      }
      node.engine.connect();
      node.start();
      for (let round = 0; round < 12; round += 1) {
        await node.settle();
        node.clock.advance(61_000);
      }
      await node.settle();
      node.checkEnd();
      node.stop();
    }),
    { numRuns: 60 },
  );
}, 60_000);
