import { expect } from 'vitest';
import { apiOperations } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { isScheduled } from '../harness/scheduling.ts';
import { refused } from '../harness/wait.ts';

conforms('RuntimeClass API', async (t) => {
  await apiOperations(t, { kind: kinds.runtimeClass, draft: () => ({ handler: 'handler' }) });
});

conforms('Pod with the non-existing RuntimeClass is rejected.', async (t) => {
  const runtimeClassName = t.unique('absent');
  const pod = t.resource(kinds.pod).create(aPod('rejected', { runtimeClassName }));
  await refused(pod, { code: 403, reason: 'Forbidden', message: `RuntimeClass "${runtimeClassName}" not found` });
});

conforms('Pod with the deleted RuntimeClass is rejected.', async (t) => {
  const runtimeClasses = t.resource(kinds.runtimeClass);
  const name = t.unique('deleted');
  await runtimeClasses.create({ metadata: { name }, handler: 'handler' });
  await runtimeClasses.delete(name);
  const pod = t.resource(kinds.pod).create(aPod('rejected', { runtimeClassName: name }));
  await refused(pod, { code: 403, reason: 'Forbidden', message: `RuntimeClass "${name}" not found` });
});

/** A Pod of a class of its own, scheduled. */
async function scheduledWith(t: Conformance, rest: object) {
  const runtimeClasses = t.resource(kinds.runtimeClass);
  const runtimeClassName = t.unique('preconfigured');
  await runtimeClasses.create({ metadata: { name: runtimeClassName }, handler: 'test-handler', ...rest });
  t.cleanUp(() => runtimeClasses.delete(runtimeClassName));
  const container = { resources: { requests: { cpu: '100m', memory: '16Mi' } } };
  await t.resource(kinds.pod).create(aPod('with-class', { runtimeClassName, container }));
  const pod = await isScheduled(t, 'with-class');
  expect(pod.spec.runtimeClassName).toBe(runtimeClassName);
  return pod;
}

conforms('Can schedule a pod requesting existing RuntimeClass.', async (t) => {
  expect((await scheduledWith(t, {})).spec.overhead).toBeUndefined();
});

conforms('RuntimeClass Overhead field must be respected.', async (t) => {
  const podFixed = { cpu: '10m', memory: '1Mi' };
  expect((await scheduledWith(t, { overhead: { podFixed } })).spec.overhead).toEqual(podFixed);
});
