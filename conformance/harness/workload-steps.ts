import type { V1Scale } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from './api-operations.ts';
import type { Conformance } from './conforms.ts';
import type { ResourceClient } from './resource.ts';

/** What the rows of ReplicaSets, StatefulSets, DaemonSets, Deployments and ReplicationControllers have in common. */

interface Condition {
  type: string;
  status: string;
}

interface Counted {
  spec?: { replicas?: number };
  status?: { replicas?: number; readyReplicas?: number };
}

/** Resolves once there are so many Pods, all of them ready. */
export const hasReplicas = <T extends Counted>(
  t: Conformance,
  set: ResourceClient<T>,
  name: string,
  replicas: number,
) =>
  t.eventually(`${replicas} replicas of ${name}`, async () => {
    const { status } = await set.get(name);
    return (status?.replicas ?? 0) === replicas && (status?.readyReplicas ?? 0) === replicas;
  });

/** Reads the Scale of something of one replica, and sets another size by an update of it. */
export async function updateScale<T extends Counted>(
  { api }: Conformance,
  set: ResourceClient<T>,
  name: string,
  replicas: number,
): Promise<V1Scale> {
  const path = `${set.path}/${name}/scale`;
  const scale = await api.ask<V1Scale>('GET', path);
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } });
  const { resourceVersion: _, ...metadata } = scale.metadata!;
  await api.ask('PUT', path, { body: { ...scale, metadata, spec: { replicas } } });
  expect((await set.get(name)).spec?.replicas).toBe(replicas);
  return scale;
}

/** Sets another size by a patch of the Scale. */
export const patchScale = <T>(set: ResourceClient<T>, name: string, replicas: number) =>
  set.patch(name, { spec: { replicas } }, { subresource: 'scale' });

/** Writes the conditions through the status subresource: by an update, and by a patch that replaces them. */
export async function hasStatusOfItsOwn<T extends { status?: { conditions?: Condition[] } }>(
  set: ResourceClient<T>,
  name: string,
): Promise<void> {
  const condition = { status: 'True', reason: 'E2E', message: 'Set by a test' };
  const updated = await updateLatest(
    set,
    name,
    ({ status }) => Object.assign(status!, { conditions: [{ type: 'StatusUpdate', ...condition }] }),
    'status',
  );
  expect(updated.status?.conditions).toMatchObject([{ type: 'StatusUpdate' }]);
  const conditions = [{ type: 'StatusPatched', ...condition }];
  const patched = await set.patch(name, { status: { conditions } }, { subresource: 'status' });
  expect(patched.status?.conditions).toMatchObject([{ type: 'StatusPatched' }]);
  expect((await set.get(name, 'status')).status?.conditions?.some(({ type }) => type === 'StatusPatched')).toBe(true);
}

/** Finds one object by its labels, in all namespaces, and deletes what has them as a collection. */
export async function isDeletedAsCollection<T>(
  t: Conformance,
  { everywhere, here }: { everywhere: ResourceClient<T>; here: ResourceClient<T> },
  labelSelector: string,
): Promise<void> {
  expect((await everywhere.list({ labelSelector })).items).toHaveLength(1);
  await here.deleteCollection({ labelSelector });
  await t.eventually('none is left', async () => (await here.list({ labelSelector })).items.length === 0);
}
