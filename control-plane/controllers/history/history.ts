import { jsonEqual } from '../../../shared/api/json.ts';
import type { ControllerRevision, KubernetesObject } from '../../../shared/api/object.ts';
import type { WriteOperation } from '../../client.ts';
import { hashOf } from '../deployment/revisions.ts';
import { referenceTo, type TemplateOwner } from '../replication/replica-owner.ts';
import { keyOf, sameObject } from '../runtime/write.ts';

const resource = 'controllerrevisions.apps';
const maxPrefixLength = 223;

/** A controller whose templates are kept as ControllerRevisions. */
export interface HistoryOwner {
  apiVersion: string;
  kind: string;
  /** Label of a revision that holds the hash of its template. */
  hashLabel: string;
  object: TemplateOwner;
  collisionCount: number;
}

/** The templates that an owner has had, and the present one among them. */
export interface History {
  /** Oldest first, as they are after `operations`. */
  revisions: ControllerRevision[];
  /** Of the present template. */
  present: ControllerRevision;
  /** Makes the revision of a new template, or moves that of an old one to the end. */
  operations: WriteOperation[];
}

/** Going back to an old template gives its revision a new number rather than making it again. */
export function planHistory(owner: HistoryOwner, known: readonly ControllerRevision[]): History {
  const sorted = [...known].sort(byRevision);
  const data = dataOf(owner.object);
  const last = sorted.at(-1);
  const equal = sorted.filter((revision) => jsonEqual(revision.data, data)).at(-1);
  if (equal && equal === last) return { revisions: sorted, present: equal, operations: [] };
  const number = (last?.revision ?? 0) + 1;
  if (equal) {
    const present = { ...equal, revision: number };
    const revisions = [...sorted.filter((revision) => revision !== equal), present];
    const key = keyOf(resource, equal);
    const operation = { verb: 'patch', key, patch: { revision: number }, preconditions: sameObject(equal) } as const;
    return { revisions, present, operations: [operation] };
  }
  const present = newRevision(owner, data, number);
  const object = present as unknown as KubernetesObject;
  return { revisions: [...sorted, present], present, operations: [{ verb: 'create', resource, object }] };
}

/** The patch that brings the template back: what `kubectl rollout undo` sends. */
function dataOf({ spec }: TemplateOwner): object {
  return { spec: { template: { ...spec?.template, $patch: 'replace' } } };
}

/** The template that a revision holds. */
export function templateOf({ data }: ControllerRevision): NonNullable<TemplateOwner['spec']>['template'] {
  const patch = data as { spec?: { template?: Record<string, unknown> } } | undefined;
  const { $patch: _replace, ...template } = patch?.spec?.template ?? {};
  return template as NonNullable<TemplateOwner['spec']>['template'];
}

function newRevision(owner: HistoryOwner, data: object, revision: number): ControllerRevision {
  const { metadata, spec } = owner.object;
  const hash = hashOf(spec?.template, owner.collisionCount);
  const { annotations } = metadata;
  return {
    ...{ apiVersion: 'apps/v1', kind: 'ControllerRevision' },
    metadata: {
      name: `${(metadata.name ?? '').slice(0, maxPrefixLength)}-${hash}`,
      namespace: metadata.namespace,
      labels: { ...spec?.template?.metadata?.labels, [owner.hashLabel]: hash },
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ownerReferences: [referenceTo(owner, owner.object)],
    },
    data,
    revision,
  };
}

/** Revisions that nothing uses, beyond the number that is kept: the oldest go. */
export function superfluous(history: History, isUsed: (revision: ControllerRevision) => boolean, limit: number) {
  const unused = history.revisions.filter((revision) => revision !== history.present && !isUsed(revision));
  return unused.slice(0, Math.max(0, unused.length - limit)).map((revision): WriteOperation => {
    return { verb: 'delete', key: keyOf(resource, revision), preconditions: sameObject(revision) };
  });
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const key = ({ metadata }: ControllerRevision) => `${metadata.creationTimestamp} ${metadata.name}`;
  return a.revision - b.revision || (key(a) < key(b) ? -1 : 1);
}
