import { expect, test } from 'vitest';
import type { ContainerConfig } from './container-runtime.ts';
import { type ContainerBehaviour, createMemoryRuntime } from './memory-runtime.ts';
import { contractCommands, runtimeContract } from './runtime.contract.ts';

function behave({ command }: ContainerConfig): ContainerBehaviour {
  const exec = () => ({ exitCode: 4, output: 'blue\n' });
  switch (command?.join(' ')) {
    case contractCommands.fails.join(' '):
      return { exitCode: 3, logs: ['one', 'two'] };
    case contractCommands.stubborn.join(' '):
      return { ignoresStop: true };
    case contractCommands.missing.join(' '):
      return { startError: 'no such file or directory' };
    default:
      return { exec };
  }
}

runtimeContract('the in-memory engine', async () => ({
  runtime: createMemoryRuntime({ behave, images: (name) => (name.includes('invalid') ? 'absent' : 'present') }),
  image: 'app',
  network: 'pods',
}));

test('addresses come from the range of the node and are used again', async () => {
  const runtime = createMemoryRuntime({ podCIDR: '10.1.2.0/30' });
  const sandbox = async (name: string) => {
    const id = await runtime.createSandbox({ name, labels: {}, hostname: name, network: 'pods', ports: [] });
    await runtime.start(id);
    return id;
  };
  const first = await sandbox('a');
  expect((await runtime.inspect(first))?.ip).toBe('10.1.2.2');
  await expect(sandbox('b')).rejects.toThrow('no available IPv4 addresses');
  await runtime.remove(first);
  expect((await runtime.inspect(await sandbox('c')))?.ip).toBe('10.1.2.2');
});
