import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KubernetesObject, Pod, PodStatus } from '../../shared/api/object.ts';
import type {
  HelloMessage,
  OpenStreamMessage,
  ReportMessage,
  TokenRequestMessage,
} from '../../shared/protocol/messages.ts';

type Change = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; resource: string; object: KubernetesObject };

export interface ControlPlaneEnd {
  /** The API endpoint for agents. */
  readonly url: string;
  readonly hellos: HelloMessage[];
  readonly reports: ReportMessage[];
  /** By resource: what the node is to know. */
  readonly objects: Map<string, Map<string, KubernetesObject>>;
  /** Changes objects and tells the node. */
  apply(...changes: Change[]): void;
  /** As a user's deletion: the Pod is marked, and goes when the node says so. */
  deletePod(name: string, options?: { graceSeconds?: number }): void;
  pod(name: string): Pod | undefined;
  status(name: string): PodStatus | undefined;
  eventsOf(name: string): { reason: string; message: string; count: number }[];
  nodeStatus(): Record<string, unknown> | undefined;
  /** Asks for a stream, and returns its head (or the failure) and bytes once it has ended. */
  openStream(
    request: OpenStreamMessage['request'],
    options?: { untilBytes?: number },
  ): Promise<{ code: number; text: string }>;
  /** Drops every connection; `refuse` also turns new ones away until `accept`. */
  disconnect(options?: { refuse?: boolean }): void;
  accept(): void;
  connected(): boolean;
  /** Sends any frame to the node. */
  sendRaw(frame: unknown): void;
  /** What the next reports are answered with; `silent` leaves them unanswered. */
  answer: 'ack' | 'silent';
  /** Tokens that the node asked for; each is answered by `answerToken`. */
  readonly tokenRequests: TokenRequestMessage[];
  answerToken(request: TokenRequestMessage): { token: string; lifetimeMs: number } | { error: string };
  /** In the next answer to a report about Pods. */
  rejectNext(item: { item: string; reason: string; code: number }): void;
  stop(): Promise<void>;
}

const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * The control plane's end of the node protocol, scripted by a test: it speaks messages and keeps objects, and decides
 * nothing.
 */
export async function startControlPlaneEnd({ podCIDR = '10.244.0.0/24' } = {}): Promise<ControlPlaneEnd> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const objects = new Map<string, Map<string, KubernetesObject>>();
  const hellos: HelloMessage[] = [];
  const reports: ReportMessage[] = [];
  const streams = new Map<string, (result: { code: number; text: string }) => void>();
  const wantedBytes = new Map<string, number>();
  const rejections: { item: string; reason: string; code: number }[] = [];
  let nodeStatus: Record<string, unknown> | undefined;
  let control: WebSocket | undefined;
  let revision = 1;
  let refusing = false;

  const send = (message: unknown) => control?.send(JSON.stringify(message));
  const mapOf = (resource: string) => {
    const map = objects.get(resource) ?? new Map<string, KubernetesObject>();
    objects.set(resource, map);
    return map;
  };
  const end: ControlPlaneEnd = {
    url: `http://127.0.0.1:${port}`,
    hellos,
    reports,
    objects,
    answer: 'ack',
    tokenRequests: [],
    answerToken: ({ id }) => ({ token: `token-${id}`, lifetimeMs: 3600_000 }),
    apply(...changes) {
      const from = revision;
      revision += 1;
      for (const { type, resource, object } of changes) {
        object.metadata.resourceVersion = String(revision);
        if (type === 'DELETED') mapOf(resource).delete(keyOf(object));
        else mapOf(resource).set(keyOf(object), object);
      }
      send({ type: 'delta', from, revision, changes });
    },
    deletePod(name, { graceSeconds = 30 } = {}) {
      const pod = structuredClone(end.pod(name)!);
      pod.metadata.deletionTimestamp = new Date().toISOString();
      pod.metadata.deletionGracePeriodSeconds = graceSeconds;
      end.apply({ type: 'MODIFIED', resource: 'pods', object: pod as unknown as KubernetesObject });
    },
    pod: (name) => mapOf('pods').get(`default/${name}`) as Pod | undefined,
    status: (name) => end.pod(name)?.status as PodStatus | undefined,
    eventsOf(name) {
      const all = [...mapOf('events').values()] as unknown as {
        involvedObject: { name: string };
        reason: string;
        message: string;
        count: number;
      }[];
      return all.filter((event) => event.involvedObject.name === name);
    },
    nodeStatus: () => nodeStatus,
    openStream(request, { untilBytes } = {}) {
      const streamId = `stream-${Math.random().toString(36).slice(2)}`;
      if (untilBytes !== undefined) wantedBytes.set(streamId, untilBytes);
      return new Promise((resolve) => {
        streams.set(streamId, resolve);
        send({ type: 'openStream', streamId, path: `/streams/${streamId}`, request });
      });
    },
    disconnect({ refuse = false } = {}) {
      refusing = refuse;
      control?.terminate();
      control = undefined;
    },
    accept() {
      refusing = false;
    },
    connected: () => control !== undefined,
    sendRaw: send,
    rejectNext: (item) => rejections.push(item),
    async stop() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function hello(message: HelloMessage): void {
    hellos.push(message);
    const node = { ...message.node, spec: { podCIDR } };
    send({
      type: 'welcome',
      protocol: 1,
      cluster: { clusterCIDR: '10.244.0.0/16', serviceCIDR: '10.96.0.0/16' },
      node,
    });
    if (message.resumeRevision === revision) {
      send({ type: 'delta', from: revision, revision, changes: [] });
      return;
    }
    const lists = Object.fromEntries([...objects].map(([resource, map]) => [resource, [...map.values()]]));
    send({ type: 'sync', revision, objects: lists });
  }

  function report(message: ReportMessage): void {
    reports.push(message);
    for (const { pod, status } of message.podStatuses ?? []) {
      const stored = end.pod(pod.name);
      if (stored?.metadata.uid !== pod.uid) continue;
      const next = { ...structuredClone(stored), status } as unknown as KubernetesObject;
      end.apply({ type: 'MODIFIED', resource: 'pods', object: next });
    }
    for (const { name, uid } of message.podsRemoved ?? []) {
      const stored = end.pod(name);
      if (stored?.metadata.uid !== uid) continue;
      end.apply({ type: 'DELETED', resource: 'pods', object: stored as unknown as KubernetesObject });
    }
    for (const event of message.events ?? [])
      mapOf('events').set(keyOf(event as KubernetesObject), event as KubernetesObject);
    nodeStatus = { ...nodeStatus, ...message.nodeStatus };
    if (end.answer === 'ack')
      send({ type: 'ack', seq: message.seq, rejected: message.podStatuses ? rejections.splice(0) : [] });
  }

  function token(request: TokenRequestMessage): void {
    end.tokenRequests.push(request);
    const answer = end.answerToken(request);
    const content =
      'error' in answer
        ? { error: { code: 403, message: answer.error } }
        : { token: answer.token, expirationTimestamp: new Date(Date.now() + answer.lifetimeMs).toISOString() };
    send({ type: 'token', id: request.id, ...content });
  }

  function stream(socket: WebSocket, streamId: string): void {
    let head: { code: number } | undefined;
    let text = '';
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) head = JSON.parse(data.toString());
      else text += data.toString();
      if (text.length >= (wantedBytes.get(streamId) ?? Number.POSITIVE_INFINITY)) socket.close();
    });
    socket.on('close', () => streams.get(streamId)?.({ code: head?.code ?? 0, text }));
  }

  server.on('connection', (socket, request) => {
    const streamId = /^\/streams\/(.*)$/.exec(request.url ?? '')?.[1];
    if (streamId) return stream(socket, streamId);
    if (refusing) return socket.terminate();
    control?.send(JSON.stringify({ type: 'refuse', reason: 'replaced', message: 'another agent has this node' }));
    control = socket;
    socket.on('close', () => {
      if (control === socket) control = undefined;
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === 'ping') return socket.send('pong');
      const message = JSON.parse(text);
      if (message.type === 'hello') hello(message);
      if (message.type === 'report') report(message);
      if (message.type === 'requestToken') token(message);
      if (message.type === 'streamFailed')
        streams.get(message.streamId)?.({ code: message.code, text: message.message });
    });
  });
  return end;
}
