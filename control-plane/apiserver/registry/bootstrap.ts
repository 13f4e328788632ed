import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { StoreTransaction } from '../../store/store.ts';
import type { Registry } from './registry.ts';

/** What the control plane itself writes as. */
export const systemUser = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

export interface BootstrapOptions {
  registry: Registry;
  kinds: KindRegistry;
  /** Address of the Service `kubernetes`, usually the first of the Service range. */
  apiServerIP: string;
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Makes what every cluster has from its first moment: the system namespaces with their default ServiceAccounts and the
 * Service through which Pods reach the API. Call it on every start: what is there already is left alone, and nothing
 * is written. Returns what was made.
 */
export function bootstrapCluster(tx: StoreTransaction, options: BootstrapOptions): ObjectKey[] {
  const made: ObjectKey[] = [];
  for (const { resource, object } of objects(options)) {
    const kind = options.kinds.byResource(resource);
    const { name = '', namespace = '' } = object.metadata;
    const key = { resource, namespace, name };
    if (!kind || tx.get(key)) continue;
    options.registry.write(tx, {
      verb: 'create',
      kind,
      namespace,
      body: object,
      user: systemUser,
      fieldManager: 'fairlead',
    });
    made.push(key);
  }
  return made;
}

function objects({ apiServerIP }: BootstrapOptions): { resource: string; object: KubernetesObject }[] {
  return [
    ...namespaces.map((name) => ({ resource: 'namespaces', object: { metadata: { name } } })),
    ...namespaces.map((namespace) => ({
      resource: 'serviceaccounts',
      object: { metadata: { name: 'default', namespace } },
    })),
    { resource: 'services', object: kubernetesService(apiServerIP) },
  ];
}

/**
 * Without a selector: who answers is not a Pod. And without Endpoints: the API is behind one name for all clusters, not
 * at an address of this one, so that there is none to write down. Pods reach the API by that name.
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
