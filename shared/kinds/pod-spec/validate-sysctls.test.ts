import { expect, it } from 'vitest';
import { validateSysctls } from './validate-sysctls.ts';

it('names are well-formed, said once, and not of a namespace that the Pod shares with its host', () => {
  const names = ['net.core.somaxconn', 'net/ipv4/ip_forward', 'kernel.shmmax', 'kernel.shmmax', 'foo-', ''];
  const sysctls = names.map((name) => ({ name, value: '1' }));
  const errors = validateSysctls(
    { containers: [], hostNetwork: true, hostIPC: true, securityContext: { sysctls } },
    's',
  );
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    's[0].name: Invalid value: "net.core.somaxconn": may not be specified when \'hostNetwork\' is true',
    's[1].name: Invalid value: "net/ipv4/ip_forward": may not be specified when \'hostNetwork\' is true',
    's[2].name: Invalid value: "kernel.shmmax": may not be specified when \'hostIPC\' is true',
    's[3].name: Duplicate value: "kernel.shmmax"',
    's[3].name: Invalid value: "kernel.shmmax": may not be specified when \'hostIPC\' is true',
    's[4].name: Invalid value: "foo-": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
    's[5].name: Required value',
  ]);
});
