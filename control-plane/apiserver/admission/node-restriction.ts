import { notFound } from '../../../shared/api/errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { KubernetesObject, Pod } from '../../../shared/api/object.ts';
import { nodeNameOf } from '../auth/node-authorizer.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { restrictMirrorPod } from './node-restriction/mirror-pod.ts';
import { restrictNode } from './node-restriction/own-node.ts';
import { refusal } from './refuse.ts';

type Rule = (node: string, request: AdmissionRequest) => void;

const leaseNamespace = 'kube-node-lease';

/** What a node may not do with objects of these resources although it is authorized to write them. */
const rules: Readonly<Record<string, Rule>> = {
  nodes: restrictNode,
  pods: restrictPod,
  persistentvolumeclaims: restrictClaim,
  'leases.coordination.k8s.io'(node, request) {
    if (request.namespace !== leaseNamespace) {
      throw refusal(request, `can only access leases in the "${leaseNamespace}" system namespace`);
    }
    ownName(node, request, 'node lease');
  },
  'csinodes.storage.k8s.io': (node, request) => ownName(node, request, 'CSINode'),
  'resourceslices.resource.k8s.io': restrictSlice,
};

const meant = { name: 'NodeRestriction', resources: Object.keys(rules), subresources: 'all' } as const;

function restrict(request: AdmissionRequest): void {
  // What was let in has been added to since: Pods have got their ServiceAccount.
  if (request.invocation.isAgain) return;
  const node = nodeNameOf(request.user);
  if (node !== undefined) rules[request.resource]?.(node, request);
}

/** A node writes what is its own and nothing by which it could draw Pods to itself that are not meant for it. */
export const nodeRestriction: AdmissionPlugin = { ...meant, operations: ['CREATE', 'UPDATE'], admit: restrict };
export const nodeRestrictionOfDeletions: AdmissionPlugin = { ...meant, operations: ['DELETE'], validate: restrict };

function ownName(node: string, request: AdmissionRequest, what: string): void {
  if (request.name !== node) {
    throw refusal(request, `can only access ${what} with the same name as the requesting node`);
  }
}

function restrictPod(node: string, request: AdmissionRequest): void {
  const { operation, subresource } = request;
  const isMain = subresource === undefined;
  if (isMain && operation === 'CREATE') restrictMirrorPod(node, request);
  else if (isMain && operation === 'DELETE') ownPod(node, request, request.old, 'can only delete pods');
  else if (subresource === 'status') restrictPodStatus(node, request);
  else if (subresource === 'eviction') restrictEviction(node, request);
  else if (isMain) {
    throw refusal(
      request,
      `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`,
    );
  } else {
    throw refusal(request, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
  }
}

function restrictPodStatus(node: string, request: AdmissionRequest): void {
  const { object, old } = request;
  ownPod(node, request, old, 'can only update pod status for pods');
  if (jsonEqual(object?.metadata.labels ?? {}, old?.metadata.labels ?? {})) return;
  throw refusal(request, `node "${node}" cannot update labels through pod status`);
}

function restrictEviction(node: string, request: AdmissionRequest): void {
  const { namespace, name } = request;
  const pod = request.get({ resource: 'pods', namespace, name });
  if (!pod) throw notFound({ resource: 'pods', name });
  if ((pod as unknown as Pod).spec?.nodeName === node) return;
  throw refusal(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

function ownPod(node: string, request: AdmissionRequest, pod: KubernetesObject | undefined, what: string): void {
  if ((pod as unknown as Pod | undefined)?.spec?.nodeName === node) return;
  throw refusal(request, `node "${node}" ${what} with spec.nodeName set to itself`);
}

/** What an expansion on the node leaves behind in the status. */
const reported = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'];

function restrictClaim(node: string, request: AdmissionRequest): void {
  const { subresource, object, old } = request;
  if (subresource !== 'status' || !object || !old) throw refusal(request, 'may only update PVC status');
  const [after, before] = [object, old].map(({ metadata, status, ...rest }) => {
    const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata;
    const others = Object.entries(status ?? {}).filter(([field]) => !reported.includes(field));
    return { ...rest, metadata: kept, status: Object.fromEntries(others) };
  });
  if (jsonEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(before)))) return;
  const why = `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`;
  throw refusal(request, why);
}

function restrictSlice(node: string, request: AdmissionRequest): void {
  const { operation, object, old } = request;
  if (operation === 'UPDATE') return;
  const slice = (operation === 'CREATE' ? object : old) as { spec?: { nodeName?: string } } | undefined;
  if (slice?.spec?.nodeName === node) return;
  const verb = operation === 'CREATE' ? 'create' : 'delete';
  throw refusal(request, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
}
