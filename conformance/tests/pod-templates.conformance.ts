import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

const aTemplate = (name: string, labels: Record<string, string>) => ({
  metadata: { name, labels },
  template: { metadata: { labels }, spec: aPod(name).spec },
});

conforms('PodTemplate lifecycle', async (t) => {
  const templates = t.resource(kinds.podTemplate);
  const labels = { lifecycle: t.unique('template') };
  const labelSelector = `lifecycle=${labels.lifecycle}`;
  await templates.create(aTemplate('nginx', labels));
  expect((await t.resource(kinds.podTemplate, '').list({ labelSelector })).items).toHaveLength(1);
  const patched = await templates.patch('nginx', { metadata: { labels: { patched: 'yes' } } }, { type: 'strategic' });
  expect(patched.metadata.labels).toEqual({ ...labels, patched: 'yes' });
  expect((await templates.get('nginx')).template.spec?.containers).toHaveLength(1);
  await templates.delete('nginx');
  await gone('the template', () => templates.get('nginx'));
  expect((await templates.list({ labelSelector })).items).toEqual([]);
});

conforms('PodTemplate, delete a collection', async (t) => {
  const templates = t.resource(kinds.podTemplate);
  const labels = { 'podtemplate-set': 'true' };
  for (const name of ['test-1', 'test-2', 'test-3']) await templates.create(aTemplate(name, labels));
  expect((await templates.list({ labelSelector: 'podtemplate-set=true' })).items).toHaveLength(3);
  await templates.deleteCollection({ labelSelector: 'podtemplate-set=true' });
  expect((await templates.list({ labelSelector: 'podtemplate-set=true' })).items).toEqual([]);
});

conforms('PodTemplate, replace', async (t) => {
  const templates = t.resource(kinds.podTemplate);
  const created = await templates.create(aTemplate('replaced', { app: 'a' }));
  const updated = await updateLatest(templates, 'replaced', ({ metadata }) => {
    metadata.annotations = { updated: 'true' };
  });
  expect(updated.metadata).toMatchObject({
    uid: created.metadata.uid,
    annotations: { updated: 'true' },
    generation: 1,
  });
});
