import { expect, test } from 'vitest';
import { defaultPullPolicy, isImageReference, registryOf } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  'redis',
  'redis:7',
  'library/redis:7.2-alpine',
  'registry.example:5000/team/app:v1',
  'localhost/app',
  `redis@${digest}`,
  `ghcr.io/a/b_c-d:1@${digest}`,
  digest,
])('%s can be an image', (reference) => expect(isImageReference(reference)).toBe(true));

test.each(['', 'Redis', 'redis:', 'a//b', ':7', 'redis:7:8', 'redis@latest', '-bad', 'a b', 'bad_.name'])(
  '%j cannot',
  (reference) => expect(isImageReference(reference)).toBe(false),
);

test('the registry and the default policy follow from the name', () => {
  expect(registryOf('redis')).toBe('docker.io');
  expect(registryOf('team/redis')).toBe('docker.io');
  expect(registryOf('registry.example:5000/redis')).toBe('registry.example:5000');
  expect(defaultPullPolicy('redis')).toBe('Always');
  expect(defaultPullPolicy('host:5000/redis')).toBe('Always');
  expect(defaultPullPolicy('redis:7')).toBe('IfNotPresent');
  expect(defaultPullPolicy(`redis@${digest}`)).toBe('IfNotPresent');
});
