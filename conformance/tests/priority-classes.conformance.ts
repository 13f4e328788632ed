import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';

conforms('Scheduler, Verify PriorityClass endpoints', async (t) => {
  const classes = t.resource(kinds.priorityClass);
  const [one, two] = [t.unique('p1'), t.unique('p2')];
  t.cleanUp(() => Promise.allSettled([one, two].map((name) => classes.delete(name))));
  const created = await classes.create({ metadata: { name: one }, value: 1 });
  await classes.create({ metadata: { name: two }, value: 2 });
  expect(created).toMatchObject({ preemptionPolicy: 'PreemptLowerPriority' });

  // The value is what Pods have been given; only the rest may change.
  const fixed = { code: 422, reason: 'Invalid', message: 'value: Forbidden: may not be changed in an update.' };
  await refused(classes.patch(one, { value: 10 }, { type: 'strategic' }), fixed);
  const live = await classes.get(one);
  await refused(classes.update({ ...live, value: 20 }), fixed);

  const description = 'updated';
  await classes.patch(one, { description }, { type: 'strategic' });
  const metadata = { ...live.metadata, resourceVersion: undefined as unknown as string, labels: { updated: 'true' } };
  await classes.update({ ...live, metadata, description: 'again' });
  expect(await classes.get(one)).toMatchObject({
    description: 'again',
    value: 1,
    metadata: { labels: { updated: 'true' } },
  });

  const names = (await classes.list()).items.map((item) => item.metadata.name);
  expect(names).toEqual(expect.arrayContaining([one, two, 'system-cluster-critical', 'system-node-critical']));
  await refused(classes.delete('system-node-critical'), { code: 403, reason: 'Forbidden' });
});
