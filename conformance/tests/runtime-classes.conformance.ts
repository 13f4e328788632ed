import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
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
