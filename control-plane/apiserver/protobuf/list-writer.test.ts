import { Buffer } from 'node:buffer';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/api/json.ts';
import { decodeKubernetesProtobuf, encodeKubernetesProtobuf, NoProtobufForm } from './envelope.ts';
import { createListWriter } from './list-writer.ts';
import { encodeWatchEvent } from './watch-event.ts';

const pod = (name: string): JsonObject => ({
  metadata: { name, namespace: 'default', labels: { app: 'ä' }, creationTimestamp: '2026-01-02T03:04:05Z' },
  spec: { containers: [{ name: 'main', image: 'app:1', resources: { limits: { cpu: '100m' } } }] },
  status: { phase: 'Running' },
});

describe('a list made item by item', () => {
  it.each([0, 1, 63, 64, 65, 200])('of %i items has the bytes of the whole', (count) => {
    const head = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7', continue: 'x' } };
    const items = Array.from({ length: count }, (_, index) => pod(`p${index}`));
    const writer = createListWriter(head);
    for (const item of items) writer.add(item);
    expect(Buffer.concat(writer.finish())).toEqual(Buffer.from(encodeKubernetesProtobuf({ ...head, items })));
  });

  it('exists only for types with a protobuf form', () => {
    expect(() => createListWriter({ kind: 'CronTabList', apiVersion: 'example.com/v1' })).toThrow(NoProtobufForm);
  });
});

it('a watch event is a frame: its length, its type and a whole message', () => {
  const object = { kind: 'Pod', apiVersion: 'v1', ...pod('a') };
  const frame = encodeWatchEvent('ADDED', object);
  expect(new DataView(frame.buffer).getUint32(0)).toBe(frame.byteLength - 4);
  const event = new BinaryReader(frame.subarray(4));
  expect(event.tag()[0]).toBe(1);
  expect(event.string()).toBe('ADDED');
  expect(event.tag()[0]).toBe(2);
  const extension = new BinaryReader(event.bytes());
  expect(extension.tag()[0]).toBe(1);
  expect(decodeKubernetesProtobuf(extension.bytes())).toMatchObject({ kind: 'Pod', metadata: { name: 'a' } });
});
