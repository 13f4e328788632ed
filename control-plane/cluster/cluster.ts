import type { KubernetesObject } from '../../shared/api/object.ts';
import type { ClusterSettings } from '../../shared/kinds/define-kind.ts';
import { resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { createAdmission } from '../apiserver/admission/admission.ts';
import { createCertificateChecks } from '../apiserver/admission/certificates.ts';
import { defaultPlugins } from '../apiserver/admission/plugins.ts';
import { createPodCertificateChecks } from '../apiserver/admission/pod-certificates.ts';
import { createPolicies } from '../apiserver/admission/policies/create-policies.ts';
import { createWebhooks } from '../apiserver/admission/webhooks/create-webhooks.ts';
import { createHookSource } from '../apiserver/admission/webhooks/hooks.ts';
import { createAggregation } from '../apiserver/aggregation/aggregation.ts';
import type { Auditor } from '../apiserver/audit/auditor.ts';
import { type Access, createAccess } from '../apiserver/auth/access.ts';
import { createAuthenticator } from '../apiserver/auth/authenticator.ts';
import { createAuthorizer } from '../apiserver/auth/authorize.ts';
import { createBootstrapTokens } from '../apiserver/auth/bootstrap-tokens.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../apiserver/auth/certificates/authority.ts';
import { createCertificateVerifier } from '../apiserver/auth/certificates/client-certificates.ts';
import { createClusterAuthority } from '../apiserver/auth/cluster-authority.ts';
import { type Credentials, createCredentials } from '../apiserver/auth/credentials.ts';
import { createNodeRules } from '../apiserver/auth/node-authorizer.ts';
import { createOidcTokens } from '../apiserver/auth/oidc/oidc-tokens.ts';
import { createEscalationCheck } from '../apiserver/auth/rbac/escalation.ts';
import { createPolicyCache } from '../apiserver/auth/rbac/policy-cache.ts';
import { createRbac } from '../apiserver/auth/rbac/rbac.ts';
import { createTokenIssuer, type IssueToken } from '../apiserver/auth/service-accounts/issue-token.ts';
import { createSecretTokens } from '../apiserver/auth/service-accounts/secret-tokens.ts';
import { createSigningKeys, type SigningKeys } from '../apiserver/auth/service-accounts/signing-keys.ts';
import { createServiceAccountTokens } from '../apiserver/auth/service-accounts/tokens.ts';
import { createConversions } from '../apiserver/conversion/review.ts';
import { createFlowControl } from '../apiserver/flow-control/flow-control.ts';
import { type ClusterCore, createClusterCore } from '../apiserver/http/cluster-core.ts';
import { countersExtension, type StorageCounters } from '../apiserver/http/counters.ts';
import { joinExtension, noOtherExtension, tokensExtension } from '../apiserver/http/extensions.ts';
import type { Assets } from '../apiserver/http/openapi.ts';
import { openIdExtension } from '../apiserver/http/openid.ts';
import { createRequestAccess } from '../apiserver/http/request-access.ts';
import type { ErrorLog } from '../apiserver/http/respond.ts';
import { shardOf } from '../apiserver/http/shards.ts';
import type { NodeStreams } from '../apiserver/http/verbs/log.ts';
import { createWebhookClient, type OutsideFetch } from '../apiserver/outside-calls/webhook-client.ts';
import { createDirectWrites, createWriteQueue, type WriteQueue } from '../apiserver/outside-calls/write-queue.ts';
import type { NodeHttp } from '../apiserver/proxy/exchange.ts';
import { locate } from '../apiserver/proxy/locate.ts';
import { createNodeFetch } from '../apiserver/proxy/node-fetch.ts';
import { createOutsideFetch } from '../apiserver/proxy/outside-fetch.ts';
import { createOutsideNodes } from '../apiserver/proxy/outside-nodes.ts';
import { createRegistry } from '../apiserver/registry/create-registry.ts';
import type { Registry, UserInfo, WriteRequest } from '../apiserver/registry/registry.ts';
import type { ClusterClient } from '../client.ts';
import type { ValueCodec } from '../store/codec.ts';
import { type CommitQueue, createCommitQueue } from '../store/commit-queue.ts';
import { createStore } from '../store/create-store.ts';
import type { SqlDatabase } from '../store/database.ts';
import { startMaintenance } from '../store/maintenance.ts';
import type { Store, StoredObject } from '../store/store.ts';
import type { Timers } from '../timers/timers.ts';
import { serveCustomKinds } from './custom-kinds.ts';
import { createLocalClient } from './local-client.ts';
import { createConfiguration } from './shards/configuration.ts';
import { createMainObject } from './shards/main-object.ts';
import { componentUsers } from './users.ts';
import { createWatches, type Watches, type WatchesDeps } from './watches.ts';

export interface ClusterDeps {
  kinds: KindRegistry;
  settings: ClusterSettings;
  /** Empty for the main object, else the name of the shard that this is. */
  shard: string;
  sql: SqlDatabase;
  codec?: ValueCodec;
  /** Resolves when all that was committed is on disk. */
  sync(): Promise<void>;
  timers: Timers;
  /** Absent: nothing is recorded. */
  auditor?: Auditor | undefined;
  /** Only in a shard: who may do what is decided by the main object. */
  access?: Access;
  /** The client of another shard (or of the main object, `''`). */
  sibling(shard: string): ClusterClient;
  bindWatches: WatchesDeps['bind'];
  streams: NodeStreams;
  assets: Assets;
  /** A GET of something public; rejects when there is no answer. */
  fetchDocument(url: string, signal: AbortSignal): Promise<Response>;
  /** How webhooks are reached. */
  outside: {
    fetch: OutsideFetch;
    /** Through the connections of the nodes. */
    nodeHttp: NodeHttp;
  };
  /** What the object has cost so far. Default: what its store has. */
  counters?(): StorageCounters;
  /** Epoch ms. */
  now(): number;
  random(): number;
  uid(): string;
  /** Cryptographically strong. */
  randomBytes(length: number): Uint8Array;
  schedule(run: () => void, delayMs: number): void;
  /** The same, and what it returns takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  log: ErrorLog;
}

/** One object of a cluster: its store and everything that works on it, without a host. */
export interface Cluster {
  store: Store;
  commits: CommitQueue;
  /** For writes that webhooks may have a say in. */
  writes: WriteQueue;
  registry: Registry;
  kinds: KindRegistry;
  settings: ClusterSettings;
  access: Access;
  credentials: Credentials;
  /** Of the tokens of ServiceAccounts. */
  signingKeys: SigningKeys;
  issueToken: IssueToken;
  certificates: CertificateAuthority;
  watches: Watches;
  core: ClusterCore;
  /** A request for this path did not reach the server of an aggregated API. */
  suspectApi(path: string): void;
  /** The cluster as a component sees it that writes as this user. */
  clientFor(user: UserInfo, fieldManager: string): ClusterClient;
}

export function createCluster(deps: ClusterDeps): Cluster {
  const { kinds, settings, now, random, uid, log, schedule, shard } = deps;
  const store = createStore({
    sql: deps.sql,
    now,
    codec: deps.codec,
    onListenerError: (error) => log('commit listener failed', { error: describeError(error) }),
  });
  const main = shard === '' ? undefined : createMainObject({ client: deps.sibling(''), now });
  // What decides about requests lives in the main object, and so do definitions.
  const configuration = main?.configuration ?? store;
  serveCustomKinds({ store: configuration, kinds });
  const commits = createCommitQueue({ store, sync: deps.sync });
  const writes = createWriteQueue({ commits, now, random, uid, startTimer: deps.startTimer });
  const prepare = main && ((writes: readonly WriteRequest[]) => main.ensure(writes.map(({ namespace }) => namespace)));
  const credentials = createCredentials({ store, commits, newToken: () => base64url(deps.randomBytes(32)), uid });
  const randomText = (length: number) => lowerCaseText(deps.randomBytes(length));
  const bootstrapTokens = createBootstrapTokens({
    reader: store,
    client: () => clientFor(componentUsers.apiserver.identity, componentUsers.apiserver.fieldManager),
    now,
    randomText,
  });
  const parse = ({ json }: { json: string }) => JSON.parse(json);
  const authorizer = createAuthorizer({
    nodeRules: createNodeRules({ reader: store, kinds, parse }),
    rbac: createRbac(createPolicyCache(store)),
  });
  const get = (resource: string, namespace: string, name: string) => {
    const stored = store.get({ resource, namespace, name });
    return stored && (parse(stored) as KubernetesObject);
  };
  const { nodeHttp } = deps.outside;
  const targets = { get, random, outsideNodes: createOutsideNodes(store) };
  const reach = { targets, streams: deps.streams, nodeHttp };
  const nodeFetch = createNodeFetch({
    ...reach,
    locate: main
      ? (destination) => deps.sibling('').locate(destination)
      : async (destination) => locate(targets, destination),
  });
  const fetch = createOutsideFetch({ fetch: deps.outside.fetch, nodeFetch });
  const callWebhook = createWebhookClient({ fetch, nodeFetch, startTimer: deps.startTimer });
  const webhooks = createWebhooks({
    hooks: createHookSource(configuration),
    kinds,
    call: callWebhook,
    uid,
    authorizer,
  });
  const policies = createPolicies(configuration, { kinds, authorizer });
  const admission = createAdmission([
    ...defaultPlugins,
    policies.mutating,
    webhooks.mutating,
    createEscalationCheck(authorizer),
    ...createCertificateChecks(authorizer),
    ...createPodCertificateChecks(authorizer),
    policies.paramAccess,
    policies.validating,
    webhooks.validating,
  ]);
  const conversions = createConversions({ call: callWebhook, uid });
  const registry = createRegistry({
    kinds,
    settings,
    admission,
    conversions,
    now,
    random,
    uid,
    elsewhere: main,
  });
  const signingKeys = createSigningKeys({ store, commits, now, uid });
  const issuer = settings.serviceAccountIssuer;
  const serviceAccountTokens = createServiceAccountTokens({ store, keys: signingKeys, issuer, now, uid });
  const apiAudiences = [issuer];
  const secretTokens = createSecretTokens({ store, keys: signingKeys, audiences: apiAudiences });
  const certificates = createCertificateAuthority({ store, commits, now, uid, randomBytes: deps.randomBytes });
  const apiServerClient = () => clientFor(componentUsers.apiserver.identity, componentUsers.apiserver.fieldManager);
  const aggregation =
    shard === ''
      ? createAggregation({
          ...{ store, ...reach, now, startTimer: deps.startTimer, client: apiServerClient },
          onError: (error) => log('an API could not be checked', { error: describeError(error) }),
        })
      : undefined;
  const authority =
    aggregation &&
    createClusterAuthority({
      ...{ authorizer, certificates, secretTokens, aggregation, targets },
      configuration: createConfiguration({ store, kinds, uid }),
    });
  const issueToken = createTokenIssuer({
    get: (resource, namespace, name) => {
      const stored = store.get({ resource, namespace, name });
      return stored && registry.parse(stored);
    },
    tokens: serviceAccountTokens,
    audiences: apiAudiences,
    now,
  });
  const oidcTokens = settings.jwt.map((one) =>
    createOidcTokens({
      authenticator: one,
      audiences: apiAudiences,
      fetch: deps.fetchDocument,
      now,
      startTimer: deps.startTimer,
    }),
  );
  const authenticator = createAuthenticator({
    certificates: createCertificateVerifier({ authorities: certificates.trusted, now }),
    tokens: [credentials, bootstrapTokens],
    verifiers: [serviceAccountTokens, secretTokens, ...oidcTokens],
    audiences: apiAudiences,
    log,
  });
  const access = deps.access ?? createAccess({ authenticator, authorizer });
  const watches = createWatches({ store, registry, kinds, conversions, bind: deps.bindWatches, schedule, log });
  const counters = deps.counters ?? (() => ({ ...store.counters, keyValueWrites: 0, alarmsSet: 0 }));
  const requestAccess = createRequestAccess(access, deps.auditor);
  const extensionDeps = { access: requestAccess, credentials, bootstrapTokens };
  const core = createClusterCore({
    reader: store,
    writes,
    registry,
    conversions,
    prepare,
    kinds,
    access: requestAccess,
    auditor: deps.auditor,
    authorizer,
    authenticator,
    flowControl: createFlowControl({ store, configuration, startTimer: deps.startTimer }),
    watches,
    streams: deps.streams,
    issueToken,
    assets: deps.assets,
    aggregation,
    extensions: [
      tokensExtension(extensionDeps),
      joinExtension(extensionDeps),
      openIdExtension({ access: requestAccess, signingKeys, issuer }),
      countersExtension({ access: requestAccess, counters }),
      noOtherExtension(extensionDeps),
    ],
    now,
    random,
    log,
  });
  startMaintenance({
    store,
    timers: deps.timers,
    now,
    expiringResources: () => expiringResources(kinds, shard),
    remove: (expired) => removeExpired(commits, expired),
    options: { historyMs: settings.historySeconds * 1000 },
  });
  const clientFor = (user: UserInfo, fieldManager: string) =>
    createLocalClient({
      ...{ store, registry, prepare, kinds, authority, shard, user, fieldManager },
      // Nodes and controllers record their Events together with others', and none may wait for a webhook of theirs.
      writes: main ? createDirectWrites({ commits, now, random, uid }) : writes,
      sibling: deps.sibling,
    });
  return {
    store,
    commits,
    writes,
    registry,
    kinds,
    settings,
    access,
    credentials,
    signingKeys,
    issueToken,
    certificates,
    watches,
    core,
    suspectApi: (path) => aggregation?.suspect(path),
    clientFor,
  };
}

function expiringResources(kinds: KindRegistry, shard: string): string[] {
  const expiring = kinds
    .all()
    .filter((kind) => kind.storage?.ttlSeconds && !kind.servedForm)
    .map(resourceName);
  return expiring.filter((resource) => shardOf(kinds, resource) === shard);
}

/** As deletions that watchers see; one that has been written again meanwhile stays. */
async function removeExpired(commits: CommitQueue, expired: readonly StoredObject[]): Promise<void> {
  await commits.submit((tx) => {
    for (const { key, revision } of expired) {
      const stored = tx.get(key);
      if (stored?.revision !== revision) continue;
      const object = JSON.parse(stored.json) as { metadata: { resourceVersion: string } };
      object.metadata.resourceVersion = String(tx.nextRevision);
      tx.delete(key, JSON.stringify(object));
    }
  });
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

const lowerCaseAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** One character a byte. 256 is not a multiple of 36: the bias costs less than a bit of the whole secret. */
function lowerCaseText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => lowerCaseAlphabet[byte % lowerCaseAlphabet.length]).join('');
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
