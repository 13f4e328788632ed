import type { Event } from '../shared/api/object.ts';
import type { HelloMessage, OpenStreamMessage, WelcomeMessage } from '../shared/protocol/messages.ts';
import type { Clock } from './clock.ts';
import { type Checkpoint, createCheckpoint } from './connection/checkpoint.ts';
import { createControlConnection } from './connection/control-connection.ts';
import { type Changed, createDesiredState, type SavedState } from './connection/desired-state.ts';
import { createOutbox } from './connection/outbox.ts';
import type { Dial } from './connection/socket.ts';
import { createHttpStreams } from './http/http-streams.ts';
import { type StartRequest, type StartWebSocket, startRequest, startWebSocket } from './http/request-node.ts';
import { createWebSocketStreams } from './http/web-socket-streams.ts';
import { createImages } from './images/images.ts';
import { type Log, textOf } from './log.ts';
import { createLogStreams } from './logs/log-streams.ts';
import type { PodNetwork } from './network/pod-network.ts';
import { createNetworkLink } from './network-link.ts';
import type { Disk, Machine } from './node/node-object.ts';
import { createNodeReporter } from './node/node-reporter.ts';
import { createEventRecorder } from './pods/events.ts';
import type { PodRef } from './pods/identity.ts';
import { createPodFiles, type PodFilesDeps } from './pods/pod-files.ts';
import { createPods, type Pods } from './pods/pods.ts';
import { createProbes } from './probes/probes.ts';
import { runProbe } from './probes/run-probe.ts';
import type { ServiceProxy } from './proxy/service-proxy.ts';
import { createProxyLink } from './proxy-link.ts';
import type { ContainerRuntime } from './runtime/container-runtime.ts';
import { createPodTokens } from './tokens/pod-tokens.ts';
import { createTokenRequests } from './tokens/token-requests.ts';
import { createVolumes } from './volumes/volumes.ts';

export interface AgentDeps {
  nodeName: string;
  nodeIP: string;
  agentVersion: string;
  clock: Clock;
  log: Log;
  /** A number from 0 up to 1. */
  random(): number;
  runtime: ContainerRuntime;
  network: PodNetwork;
  /** Called once, when the cluster's address ranges are known. */
  createProxy(ranges: { clusterCIDR: string; serviceCIDR: string; podCIDR: string }): ServiceProxy;
  /** Reaches the control plane. */
  dial: Dial;
  /** Reaches Pods and whatever else HTTP is spoken with for the control plane. Default: over the network. */
  startRequest?: StartRequest;
  startWebSocket?: StartWebSocket;
  machine: Machine;
  disk(): Promise<Disk>;
  /** Volumes and files of Pods. */
  podsDir: string;
  /** The same, for what must not reach the disk. */
  memoryDir: string;
  /** Where the desired state outlives the process: a file, or a Checkpoint of the caller's. */
  checkpoint: string | Checkpoint<SavedState>;
  files?: Omit<PodFilesDeps, 'podsDir'>;
  /** The control plane will not have this agent (`protocolVersion`, `notAuthorized`, `replaced`); its Pods run on. */
  refused?(reason: string, message: string): void;
}

export interface Agent {
  /** Takes up what the last agent on this machine left, and dials the control plane. Resolves once Pods are being cared for. */
  start(): Promise<void>;
  isConnected(): boolean;
  /** Nothing waits to be told to the control plane. */
  isReported(): boolean;
  /** Stops caring; Pods run on, for the next agent. `releaseServices` also takes back the rules and sockets of the proxy. */
  stop(options?: { releaseServices?: boolean }): Promise<void>;
}

/** The node agent: everything between the control plane's socket and the container engine, wired together. */
export function createAgent(deps: AgentDeps): Agent {
  const { clock, log, runtime, nodeName, nodeIP } = deps;
  const outbox = createOutbox({ clock });
  const events = createEventRecorder({ clock, nodeName, send: (event: Event) => outbox.event(event) });
  const node = createNodeReporter({
    ...deps,
    report: (status) => outbox.nodeStatus(status),
    event: (event) => events.node(event),
  });
  const checkpoint =
    typeof deps.checkpoint === 'string'
      ? createCheckpoint<SavedState>({ file: deps.checkpoint, clock, log, written: node.diskWritten })
      : deps.checkpoint;
  const state = createDesiredState({ checkpoint });
  const facts = (podIP: string) => ({ nodeIP, podIP, resources: node.resources() });
  const network = createNetworkLink({ ...deps, state, changed: networkChanged });
  const proxy = createProxyLink({ ...deps, state });
  const tokenRequests = createTokenRequests({ clock });
  const tokens = createPodTokens({ ...deps, request: tokenRequests.request, due: (uid) => pods.volumesDue(uid) });
  const pods: Pods = createPods({
    ...deps,
    runtimeName: 'docker',
    probes: createProbes({ ...deps, events, run: runProbe }),
    images: createImages({ runtime }),
    volumes: createVolumes({ ...deps, cluster: state, tokens, facts: () => facts('') }),
    files: createPodFiles({ podsDir: deps.podsDir, ...deps.files }),
    cluster: state,
    events,
    facts,
    sandboxNetwork: () => deps.network.sandboxNetwork(),
    sandboxStarted: () => deps.network.sandboxStarted(),
    networkReady: () => network.isReady(),
    reportStatus: (ref, status, options) => outbox.podStatus(ref, status, options),
    isReporting: (uid) => outbox.hasStatus(uid),
    reportRemoved: (ref) => outbox.podRemoved(ref),
    engine(engine) {
      if (engine.up) network.update();
      void node.engine(engine);
    },
  });
  const streams = createLogStreams({
    ...deps,
    statusOf: (uid) => pods.status(uid),
    failed: (streamId, code, message) => connection.streamFailed(streamId, code, message),
  });
  const exchanges = createHttpStreams({
    ...deps,
    startRequest: deps.startRequest ?? startRequest,
  });
  const webSockets = createWebSocketStreams({
    ...deps,
    startWebSocket: deps.startWebSocket ?? startWebSocket,
  });
  const connection = createControlConnection({
    ...deps,
    outbox,
    tokens: tokenRequests,
    hello() {
      const revision = state.revision();
      const object = node.object() as unknown as HelloMessage['node'];
      return {
        agentVersion: deps.agentVersion,
        node: object,
        ...(revision === undefined ? {} : { resumeRevision: revision }),
      };
    },
    welcome(message: WelcomeMessage) {
      state.welcome(message);
      network.update();
    },
    sync: (message) => follow(state.sync(message)),
    delta(message) {
      const changed = state.delta(message);
      if (changed) follow(changed);
      return changed !== undefined;
    },
    openStream(message: OpenStreamMessage) {
      const { request } = message;
      if (request.kind === 'logs') streams.open(message);
      else if (request.upgrade) webSockets.open({ ...message, request });
      else exchanges.open({ ...message, request });
    },
    rejected,
    refused(reason, message) {
      log.error({ reason, detail: message }, 'the control plane refuses this node');
      deps.refused?.(reason, message);
    },
  });

  /** The state has changed, by the word of the control plane. */
  function follow(changed: Changed): void {
    if (changed.has('nodes')) network.update();
    if (changed.has('services') || changed.has('endpoints')) proxy.update();
    pods.desire(state.pods(), { complete: true });
    if (changed.has('configmaps') || changed.has('secrets')) pods.clusterChanged();
  }

  function networkChanged({ ready, message }: { ready: boolean; message: string }): void {
    node.network({ ready, message });
    pods.clusterChanged();
    if (ready) proxy.update();
  }

  function rejected({ item, reason, code }: { item: string; reason: string; code: number }, reported: PodRef[]): void {
    log.warn({ item, reason, code }, 'the control plane did not take a part of a report');
    if (code !== 404) return;
    // The Pod was replaced by another of the same name, or is gone: what is left of it here goes too. Where the report
    // was about both, the changes that follow say which.
    const [meant, ...others] = reported.filter(({ namespace, name }) => item === `pods/${namespace}/${name}`);
    if (!meant || others.length > 0) return;
    state.removePod(meant.uid);
    pods.disown(meant.uid);
  }

  return {
    async start() {
      await node.start();
      const restored = await state.load();
      if (restored) {
        network.update();
        proxy.update();
        pods.desire(state.pods(), { complete: false });
      }
      pods.start();
      connection.start();
      log.info({ node: nodeName, pods: pods.uids().length, restored }, 'the node agent runs');
    },
    isConnected: () => connection.isConnected(),
    isReported: () => outbox.isEmpty(),
    async stop({ releaseServices = false } = {}) {
      connection.stop();
      streams.close();
      exchanges.close();
      webSockets.close();
      pods.close();
      tokens.close();
      node.stop();
      network.stop();
      await proxy.stop({ release: releaseServices }).catch((error) => {
        log.warn({ error: textOf(error) }, 'the rules of the Service proxy could not be taken back');
      });
      await deps.network.close();
      await checkpoint.close();
      runtime.close();
    },
  };
}
