import { notFound } from '../../../../shared/api/errors.ts';
import type { Pod, PodSpec } from '../../../../shared/api/object.ts';
import type { AdmissionRequest } from '../admission.ts';
import { refusal } from '../refuse.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** The only Pods that a node creates stand for those that it runs without having been told to by the API. */
export function restrictMirrorPod(node: string, request: AdmissionRequest): void {
  const { metadata, spec } = request.object as unknown as Pod;
  const refuse = (why: string) => refusal(request, why);
  if (metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw refuse(`pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`);
  }
  if (spec?.nodeName !== node) throw refuse(`node "${node}" can only create pods with spec.nodeName set to itself`);
  const only = `node "${node}" can only create pods with`;
  const [owner, ...others] = metadata.ownerReferences ?? [];
  if (others.length > 0) throw refuse(`${only} a single owner reference set to itself`);
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw refuse(`${only} an owner reference set to itself`);
  }
  if (!owner.controller) throw refuse(`${only} a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion) {
    throw refuse(`node "${node}" must not set blockOwnerDeletion on an owner reference`);
  }
  const own = request.get({ resource: 'nodes', namespace: '', name: node });
  if (!own) throw notFound({ resource: 'nodes', name: node });
  if (own.metadata.uid !== owner.uid) {
    throw refuse(`node ${node} UID mismatch: expected ${owner.uid} got ${own.metadata.uid}`);
  }
  const referenced = firstReference(spec);
  if (referenced) throw refuse(`node "${node}" can not create pods that reference ${referenced}`);
}

/** What else the Pod would give the node a reason to read. */
function firstReference(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const environment = containers.flatMap(({ env, envFrom }) => [
    ...(env ?? []).map((one) => one.valueFrom),
    ...(envFrom ?? []),
  ]);
  const projected = (spec.volumes ?? []).flatMap((volume) => volume.projected?.sources ?? []);
  const sources = [...environment, ...projected, ...(spec.volumes ?? [])] as (Record<string, unknown> | undefined)[];
  const names = new Set(sources.flatMap((source) => Object.keys(source ?? {}).filter((name) => source?.[name])));
  if (spec.imagePullSecrets?.length || ['secret', 'secretRef', 'secretKeyRef'].some((name) => names.has(name))) {
    return 'secrets';
  }
  if (['configMap', 'configMapRef', 'configMapKeyRef'].some((name) => names.has(name))) return 'configmaps';
  if (names.has('serviceAccountToken')) return 'serviceaccounts';
  if (names.has('persistentVolumeClaim') || names.has('ephemeral')) return 'persistentvolumeclaims';
  if (spec.resourceClaims?.length) return 'resourceclaims';
  return names.has('clusterTrustBundle') ? 'clustertrustbundles' : undefined;
}
