import { badRequest, conflict, type FieldError, forbidden, invalid, notFound } from '../../../../shared/api/errors.ts';
import { invalidValue } from '../../../../shared/api/field-errors.ts';
import type { KubernetesObject, Pod, ServiceAccount, TokenRequest } from '../../../../shared/api/object.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { nodeNameOf } from '../node-authorizer.ts';
import { type BoundClaims, referenceTo } from './claims.ts';
import type { TokenToIssue } from './tokens.ts';

/** Reads an object of the cluster. */
export type ObjectLookup = <T extends KubernetesObject>(
  resource: string,
  namespace: string,
  name: string,
) => T | undefined;

export interface TokenRequestContext {
  user: UserInfo;
  get: ObjectLookup;
  /** Whom a token is for that names no audience: the API itself. */
  audiences: readonly string[];
  /** Epoch ms. */
  nowMs: number;
}

const kind = 'TokenRequest';
const group = 'authentication.k8s.io';
const defaultSeconds = 3600;
const minSeconds = 600;
const maxSeconds = 2 ** 32;
/**
 * What the automatically mounted volume asks for. Clients of old read their token once: it goes on working for a year
 * if it is bound to a Pod, whose end is the token's. The node fetches a new one within the hour all the same.
 */
const mountedSeconds = 3607;
const extendedSeconds = 365 * 24 * 3600;

/** Judges a TokenRequest for the ServiceAccount NAMESPACE/NAME: completed, and what is to be issued for it. */
export function resolveTokenRequest(
  request: TokenRequest,
  target: { namespace: string; name: string },
  context: TokenRequestContext,
): { request: TokenRequest; issue: TokenToIssue } {
  const { namespace, name } = target;
  const { metadata } = request;
  refuseOtherTarget(metadata.name, name, 'name');
  refuseOtherTarget(metadata.namespace, namespace, 'namespace');
  const account = context.get<ServiceAccount>('serviceaccounts', namespace, name);
  if (!account) throw notFound({ resource: 'serviceaccounts', name });
  const { uid } = account.metadata;
  if (metadata.uid && metadata.uid !== uid) {
    const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
    throw conflict({ group, resource: kind, name }, why);
  }
  const { expirationSeconds = defaultSeconds, boundObjectRef } = request.spec;
  const audiences = request.spec.audiences?.length ? request.spec.audiences : [...context.audiences];
  const errors = validateLifetime(expirationSeconds);
  if (errors.length > 0) throw invalid({ group, resource: kind }, errors);
  requireOwnPod(request, target, context);
  const bound: BoundClaims = {
    namespace,
    serviceaccount: referenceTo(account),
    ...(boundObjectRef ? bind(boundObjectRef, target, context) : {}),
  };
  const isExtended =
    bound.pod !== undefined &&
    expirationSeconds === mountedSeconds &&
    audiences.every((audience) => context.audiences.includes(audience));
  if (isExtended) bound.warnafter = Math.floor(context.nowMs / 1000) + expirationSeconds;
  const creationTimestamp = wholeSeconds(context.nowMs);
  return {
    request: {
      kind,
      apiVersion: `${group}/v1`,
      metadata: { ...metadata, name, namespace, uid, creationTimestamp },
      spec: { audiences, expirationSeconds, boundObjectRef },
    },
    issue: { audiences, lifetimeSeconds: isExtended ? extendedSeconds : expirationSeconds, bound },
  };
}

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** When a client should be done with the token, by its own request. */
export function expirationOf({ metadata, spec }: TokenRequest): string {
  return wholeSeconds(Date.parse(metadata.creationTimestamp ?? '') + (spec.expirationSeconds ?? 0) * 1000);
}

function refuseOtherTarget(said: string | undefined, name: string, field: 'name' | 'namespace'): void {
  if (!said || said === name) return;
  const detail = `must match the service account ${field} if specified`;
  throw invalid({ group, resource: kind, name }, [invalidValue(`metadata.${field}`, said, detail)]);
}

function validateLifetime(seconds: number): FieldError[] {
  const refuse = (detail: string) => [invalidValue('spec.expirationSeconds', seconds, detail)];
  if (seconds < minSeconds) return refuse('may not specify a duration less than 10 minutes');
  return seconds > maxSeconds ? refuse('may not specify a duration larger than 2^32 seconds') : [];
}

type ObjectRef = NonNullable<TokenRequest['spec']['boundObjectRef']>;

function bind(
  ref: ObjectRef,
  { namespace, name }: { namespace: string; name: string },
  { get }: TokenRequestContext,
): Pick<BoundClaims, 'pod' | 'secret' | 'node'> {
  const [refGroup, version] = parseApiVersion(ref.apiVersion ?? '');
  const find = <T extends KubernetesObject>(resource: string, where: string): T => {
    const found = get<T>(resource, where, ref.name ?? '');
    if (!found) throw notFound({ resource, name: ref.name });
    return found;
  };
  const checked = (object: KubernetesObject) => {
    if (ref.uid && ref.uid !== object.metadata.uid) {
      const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
      throw conflict({ group: refGroup, resource: ref.kind ?? '', name: ref.name }, why);
    }
    return referenceTo(object);
  };
  switch (refGroup === '' ? ref.kind : undefined) {
    case 'Pod': {
      const pod = find<Pod>('pods', namespace);
      if (pod.spec?.serviceAccountName !== name) {
        throw badRequest(
          `cannot bind token for serviceaccount ${JSON.stringify(name)} to pod running with different serviceaccount name.`,
        );
      }
      const { nodeName } = pod.spec;
      const node = nodeName ? get('nodes', '', nodeName) : undefined;
      return {
        pod: checked(pod),
        ...(nodeName ? { node: node ? referenceTo(node) : { name: nodeName } } : {}),
      };
    }
    case 'Node':
      return { node: checked(find('nodes', '')) };
    case 'Secret':
      return { secret: checked(find('secrets', namespace)) };
    default:
      throw badRequest(
        `cannot bind token to object of type ${refGroup ? `${refGroup}/` : '/'}${version}, Kind=${ref.kind ?? ''}`,
      );
  }
}

function parseApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** A node gets tokens for the Pods that it runs, and for the audiences that their volumes ask for. */
function requireOwnPod(
  { spec }: TokenRequest,
  target: { namespace: string; name: string },
  context: TokenRequestContext,
) {
  const node = nodeNameOf(context.user);
  if (!node) return;
  const refuse = (why: string) => forbidden({ resource: 'serviceaccounts', name: target.name }, why);
  const { boundObjectRef: ref, audiences = [] } = spec;
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) {
    throw refuse('node requested token not bound to a pod');
  }
  if (!ref.uid) throw refuse('node requested token with a pod binding without a uid');
  const pod = context.get<Pod>('pods', target.namespace, ref.name);
  if (!pod) throw notFound({ resource: 'pods', name: ref.name });
  if (ref.uid !== pod.metadata.uid) {
    throw refuse(
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec?.nodeName !== node) throw refuse('node requested token bound to a pod scheduled on a different node');
  if (audiences.length > 1) throw refuse('node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  const asksFor = sources.some(
    (source) => source.serviceAccountToken && (source.serviceAccountToken.audience ?? '') === audience,
  );
  if (!asksFor) {
    throw refuse(
      `audience ${JSON.stringify(audience)} not found in pod spec volume, ${context.user.name} is not authorized to request tokens for this audience`,
    );
  }
}
