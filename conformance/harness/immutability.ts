import type { V1ConfigMap, V1Secret } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { ResourceClient } from './resource.ts';
import { refused } from './wait.ts';

/** Data that is marked as immutable cannot be changed, nor the mark be taken away; metadata can. */
export async function canBeFrozen<T extends V1ConfigMap | V1Secret>(
  resource: ResourceClient<T>,
  value: string,
  other: string,
): Promise<void> {
  const objects = resource as unknown as ResourceClient<V1ConfigMap>;
  const created = await objects.create({ metadata: { name: 'fixed' }, data: { key: value } });
  const changed = await objects.update({ ...created, data: { key: other } });
  const frozen = await objects.update({ ...changed, immutable: true });
  const due = { code: 422, reason: 'Invalid' };
  await refused(objects.update({ ...frozen, data: { key: value } }), due);
  await refused(objects.update({ ...frozen, immutable: false }), due);
  const { immutable: _, ...unmarked } = frozen;
  await refused(objects.update(unmarked), due);
  const metadata = { ...frozen.metadata, labels: { new: 'label' } };
  expect((await objects.update({ ...frozen, metadata })).metadata.labels).toEqual({ new: 'label' });
  await objects.delete('fixed');
}
