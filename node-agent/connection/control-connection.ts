import {
  type ControlMessage,
  controlMessage,
  type DeltaMessage,
  type HelloMessage,
  type OpenStreamMessage,
  pingFrame,
  pingIntervalMs,
  pongFrame,
  protocolVersion,
  type SyncMessage,
  type WelcomeMessage,
} from '../../shared/protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { PodRef } from '../pods/identity.ts';
import type { TokenRequests } from '../tokens/token-requests.ts';
import type { Outbox } from './outbox.ts';
import type { Dial, Socket } from './socket.ts';

export interface ControlConnectionDeps {
  clock: Clock;
  log: Log;
  /** A number from 0 up to 1. */
  random(): number;
  dial: Dial;
  nodeName: string;
  outbox: Outbox;
  tokens: Pick<TokenRequests, 'answered' | 'connected' | 'disconnected'>;
  hello(): Pick<HelloMessage, 'agentVersion' | 'node' | 'resumeRevision'>;
  welcome(message: WelcomeMessage): void;
  sync(message: SyncMessage): void;
  /** False when the delta does not follow what is known: the connection starts over. */
  delta(message: DeltaMessage): boolean;
  openStream(message: OpenStreamMessage): void;
  /** A part of a report about these Pods was not taken. */
  rejected(item: { item: string; reason: string; code: number }, pods: PodRef[]): void;
  /** The control plane will not have this node on this connection any more, and says why. */
  refused(reason: string, message: string): void;
}

export interface ControlConnection {
  start(): void;
  /** Tells the client behind a stream that it cannot be served. */
  streamFailed(streamId: string, code: number, message: string): void;
  isConnected(): boolean;
  stop(): void;
}

const firstRetryMs = 250;
const longestRetryMs = 30_000;
const silentIntervals = 3;

/**
 * The one connection to the control plane. Invariants: at most one socket is listened to; the outbox and the requests for
 * tokens send only between `welcome` and the close of the same socket; after `stop` or a refusal nothing is dialled any more.
 */
export function createControlConnection(deps: ControlConnectionDeps): ControlConnection {
  const { clock, log, outbox, tokens } = deps;
  let socket: Socket | undefined;
  let generation = 0;
  let welcomed = false;
  let stopped = false;
  let failures = 0;
  let silent = 0;
  let cancelPing = () => {};
  let cancelRetry = () => {};

  function dial(): void {
    generation += 1;
    const mine = generation;
    const current = (action: () => void) => () => {
      if (mine === generation) action();
    };
    socket = deps.dial(`/fairlead/v1/nodes/${deps.nodeName}/connect`, {
      opened: current(sayHello),
      message: (text) => {
        if (mine === generation) receive(text);
      },
      closed: (reason, status) => {
        if (mine === generation) lost(reason, status);
      },
    });
    // From the first moment on: a server that accepts and says nothing is no server.
    silent = 0;
    keepAlive();
  }

  function sayHello(): void {
    socket?.send(JSON.stringify({ type: 'hello', protocol: protocolVersion, ...deps.hello() }));
  }

  function keepAlive(): void {
    cancelPing = clock.after(pingIntervalMs, () => {
      silent += 1;
      if (silent > silentIntervals) {
        startOver('the control plane does not answer');
        return;
      }
      if (welcomed) socket?.send(pingFrame);
      keepAlive();
    });
  }

  function receive(text: string): void {
    silent = 0;
    if (text === pongFrame) return;
    const message = parse(text);
    if (message) handle(message);
  }

  function parse(text: string): ControlMessage | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      startOver('the control plane sent a frame that is not JSON');
      return undefined;
    }
    const parsed = controlMessage.safeParse(json);
    if (!parsed.success)
      log.info({ type: (json as { type?: unknown })?.type }, 'a message of an unknown kind is ignored');
    return parsed.data;
  }

  function handle(message: ControlMessage): void {
    switch (message.type) {
      case 'welcome':
        begin(message);
        break;
      case 'sync':
        deps.sync(message);
        break;
      case 'delta':
        if (!deps.delta(message)) startOver('changes are missing');
        break;
      case 'ack':
        acknowledged(message);
        break;
      case 'token':
        tokens.answered(message);
        break;
      case 'openStream':
        deps.openStream(message);
        break;
      case 'refuse':
        stop();
        deps.refused(message.reason, message.message);
        break;
    }
  }

  function acknowledged({ seq, rejected = [] }: Extract<ControlMessage, { type: 'ack' }>): void {
    const pods = outbox.acknowledged(seq);
    for (const item of rejected) deps.rejected(item, pods);
  }

  function begin(message: WelcomeMessage): void {
    failures = 0;
    welcomed = true;
    const mine = socket;
    deps.welcome(message);
    const send = (said: object) => mine?.send(JSON.stringify(said));
    outbox.connected(send);
    tokens.connected(send);
    log.info({ node: deps.nodeName }, 'connected to the control plane');
  }

  function startOver(reason: string): void {
    socket?.terminate();
    lost(reason);
  }

  function lost(reason: string, status?: number): void {
    generation += 1;
    socket = undefined;
    welcomed = false;
    cancelPing();
    outbox.disconnected();
    tokens.disconnected();
    if (stopped) return;
    // Full jitter: after a restart of the control plane its nodes do not come back all at once.
    const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10));
    const retryInMs = Math.round(ceiling / 2 + (ceiling / 2) * deps.random());
    failures += 1;
    log.warn({ reason, ...(status ? { status } : {}), retryInMs }, 'not connected to the control plane');
    cancelRetry = clock.after(retryInMs, dial);
  }

  function stop(): void {
    stopped = true;
    generation += 1;
    cancelPing();
    cancelRetry();
    outbox.disconnected();
    tokens.disconnected();
    socket?.close();
    socket = undefined;
    welcomed = false;
  }

  return {
    start: dial,
    streamFailed(streamId, code, message) {
      if (welcomed) socket?.send(JSON.stringify({ type: 'streamFailed', streamId, code, message }));
    },
    isConnected: () => welcomed,
    stop,
  };
}
