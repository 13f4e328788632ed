import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AgentDeps } from '../../node-agent/agent.ts';
import { systemClock } from '../../node-agent/clock.ts';
import { noPodNetwork } from '../../node-agent/network/pod-network.ts';
import { containerLabels } from '../../node-agent/pods/identity.ts';
import type { ContainerRuntime } from '../../node-agent/runtime/container-runtime.ts';
import { createDockerRuntime } from '../../node-agent/runtime/docker-runtime.ts';
import type { MemoryRuntime } from '../../node-agent/runtime/memory-runtime.ts';
import { type ControlPlaneEnd, startControlPlaneEnd } from '../../node-agent/testing/control-plane-end.ts';
import { createMemoryAgent, type MemoryAgent } from '../../node-agent/testing/memory-agent.ts';
import { aPod, asObject, eventually } from '../../node-agent/testing/pods.ts';
import type { Container, Pod, PodSpec, PodStatus } from '../../shared/api/object.ts';
import { busyboxImage } from '../docker-image.ts';
import { EngineHost } from './engine-host.ts';

const nodeName = 'lab-node';

export const slow = { timeoutMs: 20_000 };
/** Runs until it is asked to stop, and stops at once. */
export const forever = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

/** A container `main` that runs a shell script. */
export function sh(script: string, more: Partial<Container> = {}): Container {
  return { name: 'main', image: busyboxImage, command: ['sh', '-c', script], ...more };
}

/** A whole agent on a real engine of its own, with a control plane that is in the test's hands. */
export class AgentLab {
  readonly host: EngineHost;
  #end: ControlPlaneEnd | undefined;
  #agent: MemoryAgent | undefined;
  runtime!: ContainerRuntime;
  dataDir = '';

  private constructor(host: EngineHost) {
    this.host = host;
  }

  static async start(): Promise<AgentLab> {
    return new AgentLab(await EngineHost.start());
  }

  get end(): ControlPlaneEnd {
    if (!this.#end) throw new Error('the control plane has not been started');
    return this.#end;
  }

  get agent(): MemoryAgent {
    if (!this.#agent) throw new Error('the agent has not been started');
    return this.#agent;
  }

  /** Starts a control plane without objects, and an agent with nothing on its disk. */
  async begin(options: { dataDir?: string; deps?: Partial<AgentDeps> } = {}): Promise<void> {
    this.#end = await startControlPlaneEnd();
    this.dataDir = options.dataDir ?? (await mkdtemp(join(this.host.folder, 'agent-')));
    await this.startAgent(options.deps);
  }

  async startAgent(deps: Partial<AgentDeps> = {}): Promise<void> {
    const { network, dockerHost, address } = this.host;
    this.runtime = createDockerRuntime({ host: dockerHost, clock: systemClock, minimumOomScoreAdj: 0 });
    this.#agent = await createMemoryAgent({
      server: this.end.url,
      credential: 'c',
      nodeName,
      nodeIP: address,
      dataDir: this.dataDir,
      deps: { runtime: this.runtime, network: noPodNetwork({ network }), ...deps },
      runtime: {} as MemoryRuntime,
    });
    await this.#agent.start();
  }

  /** Ends agent and control plane, and removes what the agent's Pods left. */
  async finish(): Promise<void> {
    await this.#agent?.stop();
    await this.#end?.stop();
    const left = await this.runtime.list({ [containerLabels.node]: nodeName });
    await Promise.all(left.map((id) => this.runtime.remove(id)));
  }

  add(spec: Partial<PodSpec>, metadata: Partial<Pod['metadata']> = {}): Pod {
    const pod = aPod(spec, metadata);
    this.end.apply({ type: 'ADDED', resource: 'pods', object: asObject(pod) });
    return pod;
  }

  status(pod: Pod): PodStatus | undefined {
    return this.end.status(pod.metadata.name ?? '');
  }

  messages(pod: Pod): string[] {
    return this.end.eventsOf(pod.metadata.name ?? '').map(({ message }) => message);
  }

  async phase(pod: Pod, wanted: string): Promise<void> {
    await eventually(() => this.status(pod)?.phase === wanted, {
      ...slow,
      what: () => `${wanted} for ${JSON.stringify([this.status(pod)?.containerStatuses, this.messages(pod)])}`,
    });
  }

  /** The whole log of a container; `main` unless told. */
  async logs(pod: Pod, container = 'main', more: object = {}): Promise<{ code: number; text: string }> {
    const { name = '', uid = '', namespace = '' } = pod.metadata;
    return this.end.openStream({ kind: 'logs', namespace, pod: name, uid, container, ...more });
  }

  /** Waits for the Pod to succeed, and returns the log of `main`. */
  async output(pod: Pod): Promise<string> {
    await eventually(() => ['Succeeded', 'Failed'].includes(this.status(pod)?.phase ?? ''), {
      ...slow,
      what: () => `an end for ${JSON.stringify([this.status(pod)?.containerStatuses, this.messages(pod)])}`,
    });
    const { text } = await this.logs(pod);
    expect(this.status(pod)?.phase, `${text}${JSON.stringify(this.status(pod)?.containerStatuses)}`).toBe('Succeeded');
    return text;
  }

  /** Ids of the Pod's containers, the sandbox among them. */
  containers(pod: Pod): Promise<string[]> {
    return this.runtime.list({ [containerLabels.podUid]: pod.metadata.uid ?? '' });
  }

  /** Deletes the Pod and waits until nothing of it is left. */
  async remove(pod: Pod, { graceSeconds = 1 } = {}): Promise<void> {
    const { name = '', uid } = pod.metadata;
    this.end.deletePod(name, { graceSeconds });
    await eventually(() => !this.end.pod(name), { ...slow, what: () => `the end of ${name}` });
    expect(await this.containers(pod)).toEqual([]);
    expect(await readdir(join(this.dataDir, 'pods'))).not.toContain(uid);
    expect(await readdir(join(this.dataDir, 'memory')).catch(() => [])).not.toContain(uid);
  }
}
