import type { FieldError } from '../api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../api/object.ts';
import type { NameFormat } from '../api/validation.ts';
import type { JwtAuthenticator } from '../authentication/jwt-authenticator.ts';
import type { StoredForm } from '../custom-resources/stored-form.ts';
import type { ObjectSchema } from '../schema/model.ts';
import type { JsonSchema } from '../schema/structural/json-schema.ts';
import type { ConversionWebhook, PrinterColumn } from './custom-resource-definition/types.ts';
import type { PodTemplate } from './pod-spec/defaults.ts';
import type { Amounts } from './resources/amounts.ts';
import type { ServedForm } from './served-form.ts';

/** Verbs that a resource answers, as discovery lists them. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** What a strategy may ask of the cluster while a write is being prepared. Synchronous: it runs inside the transaction. */
export interface StrategyContext {
  /** RFC 3339 with seconds, the time of the write. */
  now: string;
  /** Milliseconds since the epoch, the same moment. */
  nowMs: number;
  random(): number;
  uid(): string;
  /** The user who writes. */
  user: {
    name: string;
    uid?: string;
    groups: readonly string[];
    extra?: Readonly<Record<string, readonly string[]>>;
  };
  get(key: ObjectKey): KubernetesObject | undefined;
  /** Every object of a resource, by its storage name. For kinds of which a cluster has few: all of them are read. */
  list(resource: string, namespace?: string, limit?: number): readonly KubernetesObject[];
  /** True while some other object holds this claim (see `claims`). */
  isClaimed(claim: string): boolean;
  settings: ClusterSettings;
}

/** What an operator may set for one cluster. All have defaults. */
export interface ClusterSettings {
  /** Service addresses, CIDR. */
  serviceCIDR: string;
  /** Pod addresses of all nodes, CIDR; each node gets a /24 of it. */
  clusterCIDR: string;
  /** Inclusive. */
  nodePortRange: { from: number; to: number };
  /** `tolerationSeconds` that Pods get for not-ready and unreachable nodes unless they say otherwise. */
  defaultTolerationSeconds: number;
  /** Seconds from the last sign of a node until its Ready condition becomes Unknown. */
  nodeMonitorGracePeriodSeconds: number;
  /** Seconds that an Event is kept. */
  eventTTLSeconds: number;
  /** Who signs the tokens of ServiceAccounts (`iss`), and whom they are for that name no other audience: a URL. */
  serviceAccountIssuer: string;
  /** Seconds of changes that are kept at least, for watches to resume from and for pages of a list to be of one moment. */
  historySeconds: number;
  /** PEM of the authorities that sign the API server's certificate, for programs in Pods; empty: public ones do. */
  apiServerCA: string;
  /** `IP:PORT` at which nodes and Pods reach the API; empty: there is none, only a name. */
  apiServerAddress: string;
  /** Issuers elsewhere whose tokens the API takes, by OpenID Connect. */
  jwt: readonly JwtAuthenticator[];
}

export const defaultSettings: ClusterSettings = {
  serviceCIDR: '10.96.0.0/12',
  clusterCIDR: '10.244.0.0/16',
  nodePortRange: { from: 30000, to: 32767 },
  defaultTolerationSeconds: 300,
  nodeMonitorGracePeriodSeconds: 40,
  eventTTLSeconds: 3600,
  serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  historySeconds: 300,
  apiServerCA: '',
  apiServerAddress: '',
  jwt: [],
};

/**
 * Everything about a kind that is code. The order in a create is: decode and schema defaults, `default`, admission,
 * `prepareForCreate`, `validate`, commit; in an update the same with `prepareForUpdate` and `validateUpdate`.
 * All functions may mutate the object that they prepare, none may keep it.
 */
export interface Strategy<T extends KubernetesObject> {
  /** Defaults that depend on other fields. Also run on every update and patch; idempotent. */
  default?(object: T): void;
  prepareForCreate?(object: T, context: StrategyContext): void;
  /** Restores what an update may not change and moves what follows from the change. */
  prepareForUpdate?(object: T, old: T, context: StrategyContext): void;
  /** The same for a write to the status subresource, or to another that is a part of the status (`approval`). */
  prepareForStatusUpdate?(object: T, old: T, context: StrategyContext, subresource?: string): void;
  /** `old` is there on updates, for what is forgiven as long as it does not change. */
  validate(object: T, old?: T): FieldError[];
  /** Rules for new objects alone. */
  validateCreate?(object: T): FieldError[];
  validateUpdate?(object: T, old: T): FieldError[];
  /** Validation of a write to the status subresource. */
  validateStatusUpdate?(object: T, old: T, subresource?: string): FieldError[];
  /** Warnings for the client, without the leading code: `spec.x: deprecated since v1.y`. `old` is there on updates. */
  warnings?(object: T, old?: T): string[];
  /**
   * Seconds of graceful deletion. Absent: objects of this kind are removed at once. Zero: at once this time.
   * `requested` is `gracePeriodSeconds` of the delete options.
   */
  gracePeriodSeconds?(object: T, requested: number | undefined): number;
  /** Called when deletion begins and the object stays for now (grace period or finalizers). */
  prepareForDelete?(object: T, context: StrategyContext): void;
  /** True while something kind-specific, besides `metadata.finalizers`, holds the object (Namespace `spec.finalizers`). */
  isHeld?(object: T): boolean;
  /** Cluster-unique tokens that the object holds while it exists: `clusterIP/10.96.0.7`, `nodePort/TCP/30080`. */
  claims?(object: T): string[];
}

export interface TableColumn<T extends KubernetesObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'date' | 'boolean';
  format?: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  priority?: number;
  description: string;
  cell(object: T, context: { nowMs: number }): string | number | boolean | null;
}

/** Dotted paths of the integers behind the scale subresource. */
export interface ScaleSpec {
  specReplicas: string;
  statusReplicas: string;
  /** The selector of the scaled Pods in string form. */
  selector(object: KubernetesObject): string;
}

/** Storage needs beyond the usual. */
export interface StoragePolicy {
  /** Stored encrypted. */
  encrypted?: boolean;
  /** Lives in this sibling shard of the cluster. */
  shard?: string;
  /** Removed this long after the last write, in seconds. */
  ttlSeconds?(settings: ClusterSettings): number;
}

/** How nodes take part in a kind; absent: nodes neither see nor write it. */
export interface NodeAccess<T extends KubernetesObject> {
  /**
   * Who receives changes: every node, the node that the object names, or the nodes whose Pods reference it.
   */
  audience: 'all' | 'bound' | 'referenced';
  /** For `bound`: the node that the object is bound to. */
  nodeName?(object: T): string | undefined;
  /** For `bound`: the objects that its node needs besides. */
  references?(object: T): ObjectKey[];
  /** For `bound`: the ServiceAccount that the object runs as, for which its node may ask for tokens. */
  serviceAccountName?(object: T): string | undefined;
}

/** One condition of a quota's scope, as in its `scopeSelector`. */
export interface QuotaScope {
  scopeName: string;
  /** `Exists` also for the plain `scopes`. */
  operator: string;
  values?: readonly string[];
}

/** What objects of a kind use up of a ResourceQuota besides their count, which every namespaced kind has. */
export interface QuotaPolicy<T extends KubernetesObject> {
  /** Not even counted. */
  isExempt?: boolean;
  /** The older name of the count: `configmaps` for `count/configmaps`. */
  countAlias?: string;
  /** Whether objects of this kind may use up this resource. */
  tracks?(resource: string): boolean;
  /** What this one uses, of what is tracked. */
  usage?(object: T, nowMs: number): Amounts;
  /** When the usage becomes another although nobody changes the object, epoch ms. */
  changesAt?(object: T): number | undefined;
  /** Whether the object is in that scope. Absent: it is in none. */
  isInScope?(object: T, scope: QuotaScope): boolean;
  /** Whether the quotas are asked about this update. Absent: about none. */
  isChargedFor?(object: T, old: T): boolean;
  /** Why an object cannot be counted where these are limited: `must specify limits.cpu for: c`. */
  uncountable?(object: T, limited: readonly string[]): string | undefined;
}

/** What a `proxy` subresource leads to. */
export type ProxiedThing = 'pod' | 'service' | 'node';

export interface OtherSubresource {
  /** Of its body, or of its options. */
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly string[];
  proxyTo?: ProxiedThing;
  /** Of a connection: the form of its options, which admission is asked about (CONNECT). */
  options?: ObjectSchema;
}

export interface KindDefinition<T extends KubernetesObject = KubernetesObject> {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  scope: 'Namespaced' | 'Cluster';
  /** Name of its type in the generated schema tables (`V1Pod`), or the schema itself: custom resources. */
  schema: string | ObjectSchema;
  /** Present: nothing of this kind is stored, see `defineServedForm`. */
  servedForm?: ServedForm;
  /** Default: all. */
  verbs?: readonly Verb[];
  subresources?: {
    /** `status` is written only through its subresource, and everything else only outside it. */
    status?: boolean;
    scale?: ScaleSpec;
    /** Further ones, by name, as discovery lists them: `{ binding: { kind: 'Binding', verbs: ['create'] } }`. */
    others?: Readonly<Record<string, OtherSubresource>>;
  };
  /** A change of the spec (everything but metadata and status) moves `metadata.generation`. */
  hasGeneration?: boolean;
  /** So does a change of the annotations: Deployments hand theirs on to their ReplicaSets. */
  annotationsMoveGeneration?: boolean;
  /** What a delete of this kind does beyond the usual. */
  deletion?: {
    /** A completed delete answers with the object (Pods, Services, ServiceAccounts), not with a `Status`. */
    returnsObject?: boolean;
    /**
     * What becomes of dependents if the client does not say. Default `Background`. `Unsupported`: objects of this kind
     * have no dependents, propagation policies are ignored (Events).
     */
    defaultPropagation?: 'Background' | 'Orphan' | 'Unsupported';
    /** Told to clients that do not say, where the default is likely to surprise. */
    propagationWarning?: string;
    /** What a delete puts on the object: a controller takes it away when all that belongs to the object is gone. */
    finalizers?: readonly string[];
  };
  /**
   * False for the kinds by which admission itself is configured: webhooks and policies have no say in them, so that none
   * can shut its own administrator out.
   */
  admittedByWebhooks?: boolean;
  /** An update (PUT) of an object that does not exist creates it (Endpoints, Services, Events). */
  createOnUpdate?: boolean;
  /** An update (PUT) has to name the version that it replaces (RuntimeClasses, Leases). */
  requiresResourceVersion?: boolean;
  /**
   * What every cluster has of this kind from its first moment. Made on a start if absent, and otherwise left alone;
   * `namespace` of objects with a scope must exist by then. `kinds` are all that the cluster starts with.
   */
  bootstrap?(settings: ClusterSettings, kinds: readonly KindDefinition[]): readonly T[];
  /** Finalizers need not be qualified by a domain (custom resources and their definitions). */
  allowPlainFinalizers?: boolean;
  /** What every request for this version is answered with, besides. */
  deprecationWarning?: string;
  /** How names must look. Default: `subdomain`. */
  nameFormat?: NameFormat;
  strategy: Strategy<T>;
  columns: readonly TableColumn<T>[];
  /** Field selectors besides `metadata.name` and `metadata.namespace`; a missing value is the empty string. */
  selectableFields?: Readonly<Record<string, (object: T) => string>>;
  storage?: StoragePolicy;
  nodes?: NodeAccess<T>;
  quota?: QuotaPolicy<T>;
  /** What the Pods will be that come of an object of this kind. */
  podTemplate?(object: T): PodTemplate | undefined;
  /** Set: the kind comes from a CustomResourceDefinition. */
  custom?: CustomKind;
}

/**
 * What custom resources have and no other kind. Clients have no types for them: they are always JSON or YAML, are not
 * patched strategically, and say in lists what they are.
 */
export interface CustomKind {
  /** Name of the definition. */
  definition: string;
  /** False for a version that is only stored. */
  isServed: boolean;
  /** The definition is being deleted: there will be no new objects. */
  isTerminating: boolean;
  listKind: string;
  /** The same for kinds that are described alike. */
  fingerprint: string;
  /** As the definition has it. Read from there: not to be kept. */
  readonly openAPIV3Schema: JsonSchema;
  /** Of which `columns` are made. */
  printerColumns: readonly PrinterColumn[];
  /** Objects are stored in this very version. */
  isStorage: boolean;
  /** Set: a webhook converts from one version to another. */
  webhook?: ConversionWebhook;
  /** Text of objects as they are stored, which may be in another version and of another time. */
  stored: StoredForm;
}

/** A kind whose schema is in the generated tables. */
export type BuiltInKind = KindDefinition & { schema: string };

/**
 * Declares a kind. A file in `shared/kinds/` that default-exports the result is all that a new kind takes: paths,
 * discovery, OpenAPI, defaulting, storage, Table output and node distribution derive from it.
 */
export function defineKind<T extends KubernetesObject>(
  definition: KindDefinition<T> & { schema: string },
): BuiltInKind {
  return definition as unknown as BuiltInKind;
}

/** `pods`, `deployments.apps`: the name of a resource in storage keys, which all forms of a kind share. */
export function resourceName(kind: { group: string; plural: string; servedForm?: ServedForm }): string {
  const { group, plural } = kind.servedForm?.of ?? kind;
  return group ? `${plural}.${group}` : plural;
}

/** `v1`, `apps/v1`. */
export function apiVersionOf(kind: { group: string; version: string }): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}
