import type { KubernetesObject, ObjectKey } from '../../../../shared/api/object.ts';
import type { StoreReader } from '../../../store/store.ts';
import type { BoundClaims, Reference } from './claims.ts';

/** One object that a token needs: without it, or with another of its name, the token is worth nothing. */
export interface BoundObject {
  key: ObjectKey;
  uid: string | undefined;
  /** In Kubernetes' words, when it is absent or on its way out. */
  gone: string;
  /** In Kubernetes' words, when it is another object of the same name. */
  replaced(uid: string | undefined): string;
}

/** For so long after its deletion began an object still counts as there. */
export const leewaySeconds = 60;

/** The objects that a token is bound to: always its ServiceAccount. */
export function boundObjects({ namespace, serviceaccount, pod, secret, node }: BoundClaims): BoundObject[] {
  const of = (resource: string, label: string, { name, uid }: Reference): BoundObject => ({
    key: { resource, namespace: resource === 'nodes' ? '' : namespace, name },
    uid,
    gone: 'service account token has been invalidated',
    replaced: (actual) =>
      `${label} UID (${actual}) does not match service account ${label.toLowerCase()} ref claim (${uid})`,
  });
  const account: BoundObject = {
    ...of('serviceaccounts', '', serviceaccount),
    gone: `serviceaccounts "${serviceaccount.name}" not found`,
    replaced: (actual) => `service account UID (${actual}) does not match claim (${serviceaccount.uid})`,
  };
  return [
    account,
    ...(secret ? [of('secrets', 'secret', secret)] : []),
    ...(pod ? [of('pods', 'pod', pod)] : []),
    // Beside a Pod it is a remark, not a condition.
    ...(node && !pod ? [of('nodes', 'node', node)] : []),
  ];
}

/** What is wrong with one of them, and until when (epoch ms) nothing will be unless it changes. */
export function checkBoundObjects(
  reader: Pick<StoreReader, 'get'>,
  objects: readonly BoundObject[],
  nowMs: number,
): { refused: string } | { until: number } {
  let until = Infinity;
  for (const { key, uid, gone, replaced } of objects) {
    const stored = reader.get(key);
    if (!stored) return { refused: gone };
    if (stored.uid !== uid) return { refused: replaced(stored.uid) };
    const { deletionTimestamp } = (JSON.parse(stored.json) as KubernetesObject).metadata;
    if (!deletionTimestamp) continue;
    const end = Date.parse(deletionTimestamp) + leewaySeconds * 1000;
    if (end < nowMs) return { refused: gone };
    until = Math.min(until, end);
  }
  return { until };
}
