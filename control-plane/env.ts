import type { Cluster } from './durable-objects/cluster.ts';
import type { Clusters } from './durable-objects/clusters.ts';
import type { Controllers } from './durable-objects/controllers.ts';
import type { NodeGateway } from './durable-objects/node-gateway.ts';
import type { Scheduler } from './durable-objects/scheduler.ts';
import type { Stream } from './durable-objects/stream.ts';

/** Bindings of the Worker, the same in every deployment (`wrangler.toml`, the local workerd configuration, tests). */
export interface Env {
  CLUSTER: DurableObjectNamespace<Cluster>;
  CLUSTERS: DurableObjectNamespace<Clusters>;
  GATEWAY: DurableObjectNamespace<NodeGateway>;
  STREAM: DurableObjectNamespace<Stream>;
  CONTROLLERS: DurableObjectNamespace<Controllers>;
  SCHEDULER: DurableObjectNamespace<Scheduler>;
  /** Static files: the OpenAPI documents. */
  ASSETS: Fetcher;
  /** SHA-256 of the deployment administrator's token, hex. Absent: clusters cannot be managed. */
  FAIRLEAD_ADMIN_TOKEN_HASH?: string;
  /** 32 bytes, base64: Secrets are stored encrypted with it. Absent: in plain text. */
  FAIRLEAD_ENCRYPTION_KEY?: string;
  /** JSON of `DeploymentSettings`, and of cluster settings that hold for all clusters, where they differ from the defaults. */
  FAIRLEAD_SETTINGS?: string;
  /** JSON of `AuditSettings`: what is recorded of requests, and where. Absent: nothing is. */
  FAIRLEAD_AUDIT?: string;
  /** Where controllers and scheduler run: `cluster` (default) in the cluster's object, `object` in objects of their own. */
  FAIRLEAD_CONTROLLERS?: string;
}
