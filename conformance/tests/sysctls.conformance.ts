import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { refused } from '../harness/wait.ts';

conforms('Sysctls, reject invalid sysctls', async (t) => {
  // Only names are judged; which of them are safe is for the node to say.
  const names = ['foo-', 'kernel.shmmax', 'safe-and-unsafe', 'bar..'];
  const sysctls = names.map((name) => ({ name, value: '42' }));
  const status = await refused(t.resource(kinds.pod).create(aPod('sysctls', { securityContext: { sysctls } })), {
    code: 422,
    reason: 'Invalid',
  });
  expect(status.details?.causes?.map(({ field }) => field)).toEqual([
    'spec.securityContext.sysctls[0].name',
    'spec.securityContext.sysctls[3].name',
  ]);
  expect(status.message).toContain('Invalid value: "foo-": must have at most 253 characters and match regex ');
});
