import { createHash } from 'node:crypto';
import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import { type ClusterSettings, type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { StoreTransaction } from '../../store/store.ts';
import { bootstrapPolicy, bootstrapPolicySource, type InitialObject } from '../auth/bootstrap-policy/policy.ts';
import { reconciled } from '../auth/bootstrap-policy/reconcile.ts';
import { apiServerEndpointKeys, apiServerEndpoints, withAddress } from './api-server-endpoints.ts';
import type { Registry } from './registry.ts';

/** What the control plane itself writes as. */
export const systemUser = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

export interface BootstrapOptions {
  registry: Registry;
  kinds: KindRegistry;
  settings: ClusterSettings;
  /** Address of the Service `kubernetes`, usually the first of the Service range. */
  apiServerIP: string;
}

const fieldManager = 'fairlead';
const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Makes what every cluster has from its first moment: the system namespaces with their default ServiceAccounts, the
 * Service through which Pods reach the API with the address behind it, what the kinds themselves declare, and the roles
 * and bindings without which nobody but administrators may do anything. What is there already is left alone, but for the
 * address, which follows the settings, and for roles and bindings that lack what this version grants: nothing is written
 * when nothing is missing. Returns what was written.
 */
export function bootstrapCluster(tx: StoreTransaction, options: BootstrapOptions): ObjectKey[] {
  const endpoints = apiServerEndpoints(options.settings.apiServerAddress);
  const written = [
    ...initialObjects(options).filter((initial) => ensure(tx, options, initial)),
    ...endpoints.filter((initial) => ensure(tx, options, initial, withAddress)),
    ...bootstrapPolicy().filter((initial) => ensure(tx, options, initial, reconciled)),
  ];
  const removed = endpoints.length > 0 ? [] : apiServerEndpointKeys.filter((key) => removeOwn(tx, options, key));
  return [...written.map(keyOf), ...removed];
}

/**
 * Tells one version's idea of a cluster from another's: a cluster that was made or brought up to date under the same
 * fingerprint needs no second look. Asked for each time that a cluster's object is loaded, so it costs next to nothing.
 */
export function bootstrapFingerprint(options: Omit<BootstrapOptions, 'registry'>): string {
  const initial = [...initialObjects(options), ...apiServerEndpoints(options.settings.apiServerAddress)];
  const content = JSON.stringify(initial) + bootstrapPolicySource();
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

function keyOf({ resource, object }: InitialObject): ObjectKey {
  const { name = '', namespace = '' } = object.metadata;
  return { resource, namespace, name };
}

/** True when something was written. */
function ensure(
  tx: StoreTransaction,
  { registry, kinds }: BootstrapOptions,
  initial: InitialObject,
  improve?: (expected: KubernetesObject, live: KubernetesObject) => KubernetesObject | undefined,
): boolean {
  const kind = kinds.byResource(initial.resource);
  if (!kind) return false;
  const key = keyOf(initial);
  const stored = tx.get(key);
  const body = stored ? improve?.(initial.object, registry.parse(stored)) : initial.object;
  if (!body) return false;
  registry.write(
    tx,
    stored ? { verb: 'update', name: key.name, ...by(kind, key, body) } : { verb: 'create', ...by(kind, key, body) },
  );
  return true;
}

/** Removes what an earlier start has written, and nobody else's; true when there was something. */
function removeOwn(tx: StoreTransaction, { registry, kinds }: BootstrapOptions, key: ObjectKey): boolean {
  const kind = kinds.byResource(key.resource);
  const stored = kind && tx.get(key);
  if (!stored) return false;
  const { managedFields = [] } = registry.parse(stored).metadata;
  if (!managedFields.some(({ manager }) => manager === fieldManager)) return false;
  const { namespace, name } = key;
  registry.write(tx, { verb: 'delete', kind, namespace, name, options: {}, user: systemUser, fieldManager });
  return true;
}

function by(kind: KindDefinition, { namespace }: ObjectKey, body: KubernetesObject) {
  return { kind, namespace, body, user: systemUser, fieldManager };
}

function initialObjects({ kinds, settings, apiServerIP }: Omit<BootstrapOptions, 'registry'>): InitialObject[] {
  return [
    ...namespaces.map((name) => ({ resource: 'namespaces', object: { metadata: { name } } })),
    ...namespaces.map((namespace) => ({
      resource: 'serviceaccounts',
      object: { metadata: { name: 'default', namespace } },
    })),
    { resource: 'services', object: kubernetesService(apiServerIP) },
    ...kinds
      .all()
      .flatMap((kind) =>
        (kind.bootstrap?.(settings, kinds.all()) ?? []).map((object) => ({ resource: resourceName(kind), object })),
      ),
  ];
}

/**
 * Without a selector: who answers is not a Pod. Endpoints are there where the cluster has an address of its own; where
 * the API is behind one name for all clusters, there is none to write down, and Pods reach the API by that name.
 */
function kubernetesService(clusterIP: string): KubernetesObject {
  return {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      sessionAffinity: 'None',
    },
  };
}
