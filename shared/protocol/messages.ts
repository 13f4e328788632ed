import * as z from 'zod/mini';

/**
 * What the control plane and a node say to each other on the control socket. Rules in SPEC.md.
 * One JSON text frame is one message; `ping` and `pong` are bare text frames that the platform answers by itself.
 */
export const protocolVersion = 1;
export const pingFrame = 'ping';
export const pongFrame = 'pong';
/** How often a node pings, in milliseconds. */
export const pingIntervalMs = 10_000;

/** What a node can do beyond what every node of this protocol can: in `status.declaredFeatures` of its Node. */
export const nodeFeatures = { outsideCalls: 'FairleadOutsideCalls' } as const;

/** A Kubernetes object as it is on the wire; its own shape was checked by the API server. */
const apiObject = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const podRef = z.looseObject({ namespace: z.string(), name: z.string(), uid: z.string() });

export const resourcesForNodes = ['pods', 'configmaps', 'secrets', 'services', 'endpoints', 'nodes'] as const;

// ---- node to control plane

/** First message on a connection. */
export const helloMessage = z.looseObject({
  type: z.literal('hello'),
  protocol: z.number(),
  agentVersion: z.string(),
  /** The Node as the agent sees it: labels, spec.taints at registration, status. Creates the Node if it is absent. */
  node: apiObject,
  /** Revision up to which the agent holds everything; absent on first contact. */
  resumeRevision: z.optional(z.number()),
});

/** Status of Pods and of the Node, and events, in one batch; answered by `ack` with the same `seq`. */
export const reportMessage = z.looseObject({
  type: z.literal('report'),
  seq: z.number(),
  podStatuses: z.optional(z.array(z.looseObject({ pod: podRef, status: z.looseObject({}) }))),
  /** Pods that no longer have anything on the node: their API objects go now. */
  podsRemoved: z.optional(z.array(podRef)),
  /** Replaces the Node's status fields that are named. */
  nodeStatus: z.optional(z.looseObject({})),
  events: z.optional(z.array(apiObject)),
});

/** The end of the node failed to set up a stream it was asked for. */
export const streamFailedMessage = z.looseObject({
  type: z.literal('streamFailed'),
  streamId: z.string(),
  /** HTTP code and text for the client. */
  code: z.number(),
  message: z.string(),
});

/** A token for the ServiceAccount that one of the node's Pods runs as; answered by `token` with the same `id`. */
export const tokenRequestMessage = z.looseObject({
  type: z.literal('requestToken'),
  id: z.number(),
  namespace: z.string(),
  serviceAccount: z.string(),
  pod: z.looseObject({ name: z.string(), uid: z.string() }),
  /** Absent: the API itself. */
  audience: z.optional(z.string()),
  expirationSeconds: z.number(),
});

export const nodeMessage = z.discriminatedUnion('type', [
  helloMessage,
  reportMessage,
  streamFailedMessage,
  tokenRequestMessage,
]);
export type NodeMessage = z.infer<typeof nodeMessage>;
export type HelloMessage = z.infer<typeof helloMessage>;
export type ReportMessage = z.infer<typeof reportMessage>;
export type TokenRequestMessage = z.infer<typeof tokenRequestMessage>;

// ---- control plane to node

const objectChange = z.looseObject({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED']),
  resource: z.string(),
  object: apiObject,
});

/** Answer to `hello` and the only thing an agent needs to know of the cluster besides objects. */
export const welcomeMessage = z.looseObject({
  type: z.literal('welcome'),
  protocol: z.number(),
  cluster: z.looseObject({ clusterCIDR: z.string(), serviceCIDR: z.string() }),
  /** The Node as stored, with its `spec.podCIDR`. */
  node: apiObject,
});

/** Everything this node needs, at one revision; replaces all that the agent knew. */
export const syncMessage = z.looseObject({
  type: z.literal('sync'),
  revision: z.number(),
  objects: z.record(z.string(), z.array(apiObject)),
});

/** Changes after `from` up to `revision`. An agent that is not at `from` closes the socket and says hello again. */
export const deltaMessage = z.looseObject({
  type: z.literal('delta'),
  from: z.number(),
  revision: z.number(),
  changes: z.array(objectChange),
});

export const ackMessage = z.looseObject({
  type: z.literal('ack'),
  seq: z.number(),
  /** What could not be taken, as text for the log; the rest is durable. */
  rejected: z.optional(z.array(z.looseObject({ item: z.string(), reason: z.string(), code: z.number() }))),
});

/** Either a token, with the time (RFC 3339) by which its holder should be done with it, or why there is none. */
export const tokenMessage = z.looseObject({
  type: z.literal('token'),
  id: z.number(),
  token: z.optional(z.string()),
  expirationTimestamp: z.optional(z.string()),
  error: z.optional(z.looseObject({ code: z.number(), message: z.string() })),
});

/** The connection is refused for good (`protocolVersion`, `notAuthorized`, `replaced`); the socket closes after it. */
export const refuseMessage = z.looseObject({ type: z.literal('refuse'), reason: z.string(), message: z.string() });

/** In order, names as they were sent; several values are several entries. */
const httpHeaders = z.array(z.tuple([z.string(), z.string()]));

/** Dial `path` on the API endpoint with a second WebSocket, and serve `request` on it. */
export const openStreamMessage = z.looseObject({
  type: z.literal('openStream'),
  streamId: z.string(),
  path: z.string(),
  request: z.discriminatedUnion('kind', [
    z.looseObject({
      kind: z.literal('logs'),
      namespace: z.string(),
      pod: z.string(),
      uid: z.string(),
      container: z.string(),
      follow: z.optional(z.boolean()),
      previous: z.optional(z.boolean()),
      timestamps: z.optional(z.boolean()),
      tailLines: z.optional(z.number()),
      sinceSeconds: z.optional(z.number()),
      sinceTime: z.optional(z.string()),
      limitBytes: z.optional(z.number()),
    }),
    z.looseObject({
      kind: z.literal('http'),
      method: z.string(),
      scheme: z.enum(['http', 'https']),
      /** An IP address that is reached from the node; with `outside` it may be a name, which the node looks up. */
      host: z.string(),
      port: z.number(),
      /** With its query. */
      path: z.string(),
      headers: httpHeaders,
      /** Somebody who is none of the cluster's: only for nodes that declare `outsideCalls` (rule P18). */
      outside: z.optional(z.boolean()),
      /** To be made a WebSocket (rule P17). */
      upgrade: z.optional(z.literal('websocket')),
      tls: z.optional(
        z.looseObject({
          /** The name that the certificate has to be for; the address by default. */
          serverName: z.optional(z.string()),
          /** PEM of the authorities to trust, in place of those that the machine knows. */
          ca: z.optional(z.string()),
          /** Any certificate will do. */
          insecure: z.optional(z.boolean()),
        }),
      ),
    }),
  ]),
});

export const controlMessage = z.discriminatedUnion('type', [
  welcomeMessage,
  syncMessage,
  deltaMessage,
  ackMessage,
  tokenMessage,
  refuseMessage,
  openStreamMessage,
]);
export type ControlMessage = z.infer<typeof controlMessage>;
export type WelcomeMessage = z.infer<typeof welcomeMessage>;
export type SyncMessage = z.infer<typeof syncMessage>;
export type DeltaMessage = z.infer<typeof deltaMessage>;
export type TokenMessage = z.infer<typeof tokenMessage>;
export type OpenStreamMessage = z.infer<typeof openStreamMessage>;

/**
 * On a stream socket the node's first frame is this head, in text; all further frames are bytes for the client.
 * Closing the socket ends the stream.
 */
export const streamHead = z.looseObject({ code: z.number(), contentType: z.string(), message: z.optional(z.string()) });
export type StreamHead = z.infer<typeof streamHead>;

/** The head of an answer to an `http` stream (rule P16). */
export const httpHead = z.looseObject({ code: z.number(), headers: httpHeaders });
export type HttpHead = z.infer<typeof httpHead>;

/** Text frames of an `http` stream: how the bytes of both directions are held back, and where those of the request end. */
export const httpFrames = { pause: 'pause', resume: 'resume', end: 'end' } as const;
