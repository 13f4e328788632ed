import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { gone } from '../harness/wait.ts';

conforms('Node, resource lifecycle', async (t) => {
  const nodes = t.resource(kinds.node);
  const name = t.unique('fake-node');
  await nodes.create({
    metadata: { name, labels: { 'e2e-test': 'fake' } },
    spec: { unschedulable: true },
    status: { phase: 'Running' },
  });
  t.cleanUp(() => nodes.delete(name).catch(() => undefined));
  expect((await nodes.get(name)).metadata.name).toBe(name);
  expect((await nodes.list()).items.map(({ metadata }) => metadata.name)).toContain(name);

  const patched = await nodes.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' });
  expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' });

  const current = await nodes.get(name);
  const updated = await nodes.update({
    ...current,
    metadata: { ...current.metadata, labels: { ...current.metadata.labels, [name]: 'updated' } },
  });
  expect(updated.metadata.labels).toMatchObject({ [name]: 'updated' });

  const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  const { status } = await nodes.patch(name, { status: { phase: 'Running' } }, { subresource: 'status' });
  expect(status.phase).toBe('Running');
  const withStatus = await nodes.update(
    { ...updated, metadata: { ...updated.metadata, resourceVersion: '' }, status: { conditions: [condition] } },
    { subresource: 'status' },
  );
  expect(withStatus.status.conditions).toMatchObject([condition]);

  await nodes.deleteCollection({ labelSelector: `${name}=updated` });
  await gone('the node', () => nodes.get(name));
});
