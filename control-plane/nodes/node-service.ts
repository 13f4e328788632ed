import { StatusError } from '../../shared/api/errors.ts';
import type { Event, KubernetesObject, Node, Pod, PodCondition } from '../../shared/api/object.ts';
import type { ClusterSettings, KindDefinition } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { type HelloMessage, protocolVersion, type ReportMessage } from '../../shared/protocol/messages.ts';
import { nodeUser } from '../apiserver/auth/node-authorizer.ts';
import type { RunOf, WriteQueue } from '../apiserver/outside-calls/write-queue.ts';
import type { WriteRun } from '../apiserver/outside-calls/write-run.ts';
import type { Registry } from '../apiserver/registry/registry.ts';
import type { ClusterClient } from '../client.ts';
import type { CommitQueue } from '../store/commit-queue.ts';
import type { StoreReader, StoreTransaction } from '../store/store.ts';
import { deltaText, type NodeFeed } from './node-feed.ts';
import { nodeLostPatch } from './node-lost.ts';

export interface NodeReport {
  node: string;
  report: ReportMessage;
}

/** Answer to a hello: the messages for the node, in order, and the revision that they bring it to. */
export interface HelloResult {
  messages: string[];
  revision: number;
}

/** What the control plane does for connected nodes. Everything here passes between objects. */
export interface NodeService {
  /** Rule P4, P5. Throws StatusError when the Node cannot be registered as it says it is. */
  hello(node: string, message: HelloMessage): Promise<HelloResult>;
  /** Rules P7 to P9: takes the reports in one commit; resolves with the `ack` messages once that is on disk. */
  reports(batch: readonly NodeReport[]): Promise<string[]>;
  /** Rule P11: no sign of the node since `lastSeenMs` (epoch). */
  lost(node: string, lastSeenMs: number): void;
  /** Writes that the node is unknown; called when the grace period is over. */
  graceOver(node: string): Promise<void>;
}

export interface NodeServiceDeps {
  reader: StoreReader;
  /** For what a node reports of its own: no webhook is asked about that, one report speaks for hundreds of Pods. */
  commits: CommitQueue;
  /** For the registration of a node, which is a write like any other. */
  writes: WriteQueue;
  registry: Registry;
  kinds: KindRegistry;
  feed: NodeFeed;
  settings: ClusterSettings;
  /** For events, which live in a shard of their own. */
  client: ClusterClient;
  /** One timer per node that is gone; durable. */
  timers: { set(node: string, atMs: number): void; clear(node: string): void };
  /** Epoch ms. */
  now(): number;
}

interface Rejection {
  item: string;
  reason: string;
  code: number;
}

type PodRef = NonNullable<ReportMessage['podsRemoved']>[number];

const fieldManager = 'fairlead-agent';

export function createNodeService(deps: NodeServiceDeps): NodeService {
  const { commits, writes, registry, kinds, feed, settings } = deps;
  const nodes = requireKind(kinds, 'nodes');
  const pods = requireKind(kinds, 'pods');
  const options = (node: string) => ({ user: nodeUser(node), fieldManager, fieldValidation: 'Ignore' as const });

  function register(tx: StoreTransaction, runOf: RunOf, { name, said }: { name: string; said: Node }): void {
    const { labels = {}, annotations = {} } = said.metadata;
    const target = { kind: nodes, namespace: '', ...options(name) };
    if (tx.get({ resource: 'nodes', namespace: '', name })) {
      registry.write(
        tx,
        {
          verb: 'patch',
          ...target,
          name,
          patchType: 'merge',
          body: { metadata: { labels, annotations } },
        },
        runOf(0),
      );
    } else {
      const { taints, unschedulable } = said.spec ?? {};
      const body = { metadata: { name, labels, annotations }, spec: { taints, unschedulable } };
      registry.write(tx, { verb: 'create', ...target, body: JSON.parse(JSON.stringify(body)) }, runOf(0));
    }
    // What an earlier agent of the node could do says nothing of this one.
    if (said.status) patchStatus(tx, { name, status: { declaredFeatures: null, ...said.status }, run: runOf(1) });
  }

  function patchStatus(
    tx: StoreTransaction,
    { name, status, run }: { name: string; status: object; run?: WriteRun },
  ): void {
    const target = { kind: nodes, namespace: '', name, ...options(name), subresource: 'status' };
    registry.write(tx, { verb: 'patch', ...target, patchType: 'merge', body: { status } }, run);
  }

  /** The Pod that a report is about, if it is this node's. Throws the error that the rejection is to carry. */
  function ownPod(tx: StoreTransaction, node: string, ref: PodRef): Pod {
    const { namespace, name, uid } = ref;
    const stored = tx.get({ resource: 'pods', namespace, name });
    if (!stored || stored.uid !== uid) throw new StatusError('NotFound', `pods "${name}" not found`);
    const pod = registry.parse<Pod>(stored);
    if (pod.spec?.nodeName === node) return pod;
    throw new StatusError('Forbidden', `pods "${name}" is forbidden: it is not bound to node "${node}"`);
  }

  function takeStatus(
    tx: StoreTransaction,
    node: string,
    { pod: ref, status }: NonNullable<ReportMessage['podStatuses']>[number],
  ) {
    const pod = ownPod(tx, node, ref);
    const { resourceVersion: _now, ...metadata } = pod.metadata;
    const target = { kind: pods, namespace: ref.namespace, name: ref.name, ...options(node), subresource: 'status' };
    const kept = { ...status, conditions: withForeignConditions(pod, status.conditions) };
    registry.write(tx, { verb: 'update', ...target, body: { ...pod, metadata, status: kept } });
  }

  function takeRemoval(tx: StoreTransaction, node: string, ref: PodRef, finalStatus: object | undefined): void {
    const stored = tx.get({ resource: 'pods', namespace: ref.namespace, name: ref.name });
    if (!stored || stored.uid !== ref.uid) return; // gone already, as it should be
    const pod = ownPod(tx, node, ref);
    if (!pod.metadata.deletionTimestamp) {
      throw new StatusError('Forbidden', `pods "${ref.name}" is forbidden: it has not been marked for deletion`);
    }
    const target = { kind: pods, namespace: ref.namespace, name: ref.name, ...options(node) };
    registry.write(tx, {
      verb: 'delete',
      ...target,
      options: { gracePeriodSeconds: 0, preconditions: { uid: ref.uid } },
      finalStatus,
    });
  }

  /** Takes one report; every item is judged on its own. */
  function take(tx: StoreTransaction, { node, report }: NodeReport): Rejection[] {
    const rejected: Rejection[] = [];
    const attempt = (item: string, work: () => void) => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        rejected.push({ item, reason: error.message, code: error.code });
      }
    };
    const { podStatuses = [], podsRemoved = [] } = report;
    // The last status of a Pod that ends with this report is part of its end, not a write of its own.
    const ending = new Set(podsRemoved.map(({ uid }) => uid));
    const last = new Map(podStatuses.map(({ pod, status }) => [pod.uid, status]));
    for (const status of podStatuses) {
      if (!ending.has(status.pod.uid)) attempt(itemName('pods', status.pod), () => takeStatus(tx, node, status));
    }
    for (const ref of podsRemoved) {
      attempt(itemName('pods', ref), () => takeRemoval(tx, node, ref, last.get(ref.uid)));
    }
    const { nodeStatus } = report;
    if (nodeStatus) attempt(`nodes/${node}`, () => patchStatus(tx, { name: node, status: nodeStatus }));
    return rejected;
  }

  return {
    async hello(node, message) {
      const said = message.node as unknown as Node;
      await writes.submit((tx, runOf) => register(tx, runOf, { name: node, said }));
      deps.timers.clear(node);
      const stored = registry.get(deps.reader, { kind: nodes, namespace: '', name: node });
      const { clusterCIDR, serviceCIDR } = settings;
      const cluster = JSON.stringify({ clusterCIDR, serviceCIDR });
      const welcome = `{"type":"welcome","protocol":${protocolVersion},"cluster":${cluster},"node":${stored.json}}`;
      const { resumeRevision } = message;
      const missed = resumeRevision === undefined ? feed.sync(node) : feed.catchUp(node, resumeRevision);
      const { revision } = missed;
      // Also an empty delta is sent: it tells the node where it stands.
      const second =
        'sync' in missed ? missed.sync : deltaText({ from: resumeRevision ?? 0, revision, texts: missed.changes });
      return { messages: [welcome, second], revision };
    },

    async reports(batch) {
      const rejections = await commits.submit((tx) => batch.map((report) => take(tx, report)));
      await recordEvents(
        deps.client,
        batch.flatMap(({ report }) => (report.events ?? []) as unknown as Event[]),
      );
      return batch.map(({ report }, index) => {
        const rejected = rejections[index] ?? [];
        return JSON.stringify({ type: 'ack', seq: report.seq, ...(rejected.length > 0 ? { rejected } : {}) });
      });
    },

    lost(node, lastSeenMs) {
      deps.timers.set(node, lastSeenMs + settings.nodeMonitorGracePeriodSeconds * 1000);
    },

    async graceOver(name) {
      await commits.submit((tx) => {
        const stored = tx.get({ resource: 'nodes', namespace: '', name });
        const body = stored && nodeLostPatch(registry.parse<Node>(stored), deps.now());
        if (!body) return;
        const target = { kind: nodes, namespace: '', name, ...options(name), subresource: 'status' };
        registry.write(tx, { verb: 'patch', ...target, patchType: 'merge', body });
      });
    },
  };
}

/** Events are told as they are; one that is there already is brought up to date (its count and time). */
async function recordEvents(client: ClusterClient, events: readonly Event[]): Promise<void> {
  if (events.length === 0) return;
  const objects = events as unknown as KubernetesObject[];
  const results = await client.write(objects.map((object) => ({ verb: 'create', resource: 'events', object })));
  const known = objects.filter((_object, index) => results[index]?.error?.reason === 'AlreadyExists');
  if (known.length === 0) return;
  await client.write(
    known.map(({ metadata, count, lastTimestamp, message }) => ({
      verb: 'patch',
      key: { resource: 'events', namespace: metadata.namespace ?? '', name: metadata.name ?? '' },
      patch: { count, lastTimestamp, message },
    })),
  );
}

function itemName(resource: string, { namespace, name }: { namespace: string; name: string }): string {
  return `${resource}/${namespace}/${name}`;
}

function requireKind(kinds: KindRegistry, resource: string): KindDefinition {
  const kind = kinds.byResource(resource);
  if (!kind) throw new Error(`nodes need the kind of ${resource}`);
  return kind;
}

/** The Pod conditions whose word is the node's. */
const nodeConditions = new Set([
  'PodScheduled',
  'PodReadyToStartContainers',
  'Initialized',
  'ContainersReady',
  'Ready',
]);

/** What a node reports, and the conditions that others have set (readiness gates, DisruptionTarget), which stay. */
function withForeignConditions(pod: Pod, reported: unknown): PodCondition[] {
  const own = Array.isArray(reported) ? (reported as PodCondition[]) : [];
  const types = new Set(own.map(({ type }) => type));
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !types.has(type) && !nodeConditions.has(type));
  return [...own, ...foreign];
}
