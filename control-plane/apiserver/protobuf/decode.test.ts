import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKubernetesProtobuf } from './envelope.ts';
import { MalformedProtobuf } from './malformed.ts';

/** Writes protobuf by hand, so that the decoder is not tested against itself. */
const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
const bytesField = (number: number, bytes: number[]): number[] => [
  ...varint(number * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (number: number, value: string) => bytesField(number, [...new TextEncoder().encode(value)]);
const integer = (number: number, value: number) => [...varint(number * 8), ...varint(value)];
const message = (number: number, ...fields: number[][]) => bytesField(number, fields.flat());

function body(apiVersion: string, kind: string, ...fields: number[][]): Uint8Array {
  const typeMeta = message(1, text(1, apiVersion), text(2, kind));
  return Uint8Array.from([0x6b, 0x38, 0x73, 0, ...typeMeta, ...message(2, ...fields)]);
}

describe('a body in Kubernetes protobuf', () => {
  it('is what the same object is in JSON', () => {
    const emptyDir = message(2, message(2)); // VolumeSource is embedded, an empty pointer stays
    const volume = message(1, text(1, 'scratch'), emptyDir);
    const resources = message(8, message(1, text(1, 'cpu'), message(2, text(1, '100m'))));
    const probe = message(
      10,
      message(1, message(2, text(1, '/'), message(2, integer(1, 1), integer(2, 0), text(3, 'http')))),
    );
    const container = message(
      2,
      text(1, 'a'),
      text(2, 'busybox'),
      text(3, 'sh'),
      text(3, '-c'),
      resources,
      probe,
      integer(16, 0),
    );
    const spec = message(2, volume, container, text(3, ''), integer(4, 30), integer(11, 0), text(10, ''));
    const metadata = message(1, text(1, 'p'), text(2, ''), message(8), message(11, text(1, 'app'), text(2, 'x')));
    expect(decodeKubernetesProtobuf(body('v1', 'Pod', metadata, spec, message(3)))).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { app: 'x' } },
      spec: {
        volumes: [{ name: 'scratch', emptyDir: {} }],
        containers: [
          {
            name: 'a',
            image: 'busybox',
            command: ['sh', '-c'],
            resources: { limits: { cpu: '100m' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' } },
          },
        ],
        terminationGracePeriodSeconds: 30,
      },
    });
  });

  it('keeps what is zero on purpose, and bytes and times in the form of JSON', () => {
    const replicas = message(2, integer(1, 0));
    expect(decodeKubernetesProtobuf(body('v1', 'ReplicationController', replicas))).toMatchObject({
      spec: { replicas: 0 },
    });
    const data = message(2, text(1, 'key'), bytesField(2, [0, 255]));
    expect(decodeKubernetesProtobuf(body('v1', 'Secret', data))).toMatchObject({ data: { key: 'AP8=' } });
    const times = [message(6, integer(1, 1_767_323_045)), message(10, integer(1, 1), integer(2, 5000))];
    expect(decodeKubernetesProtobuf(body('v1', 'Event', ...times))).toMatchObject({
      firstTimestamp: '2026-01-02T03:04:05Z',
      eventTime: '1970-01-01T00:00:01.000005Z',
    });
  });

  it('knows options under any version that they come with', () => {
    expect(decodeKubernetesProtobuf(body('policy/v1', 'DeleteOptions', integer(1, 0)))).toMatchObject({
      gracePeriodSeconds: 0,
    });
  });

  it.each([
    ['no prefix', Uint8Array.of(1, 2, 3)],
    ['an unknown kind', body('v1', 'Nope')],
    ['an unknown version', body('v9', 'Pod')],
    ['a cut-off message', body('v1', 'Pod', text(1, 'x')).slice(0, -1)],
  ])('is refused with %s', (_what, bytes) => {
    expect(() => decodeKubernetesProtobuf(bytes)).toThrow(MalformedProtobuf);
  });

  it('is refused where a field is of another wire type', () => {
    const wrong = body('v1', 'Pod', message(1, integer(1, 5)));
    expect(() => decodeKubernetesProtobuf(wrong)).toThrow('proto: wrong wireType = 0 for field Name');
  });

  it('is refused when it nests without end', () => {
    let props = text(1, 'x');
    for (let depth = 0; depth < 300; depth++) props = bytesField(28, props); // `not`, which is a schema
    const schema = message(2, message(7, text(1, 'v1'), message(4, bytesField(1, props))));
    expect(() => decodeKubernetesProtobuf(body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', schema))).toThrow(
      MalformedProtobuf,
    );
  });

  it('may hold packed integers and fields in pieces', () => {
    const packed = bytesField(4, [...varint(7), ...varint(300)]);
    const spec = [message(2, message(14, packed)), message(2, message(14, integer(4, 9), integer(2, 5)))];
    expect(decodeKubernetesProtobuf(body('v1', 'Pod', ...spec))).toMatchObject({
      spec: { securityContext: { supplementalGroups: [7, 300, 9], runAsUser: 5 } },
    });
  });

  it('keeps a key that is the name of the prototype', () => {
    const label = message(1, message(11, text(1, '__proto__'), text(2, 'x')));
    const { metadata } = decodeKubernetesProtobuf(body('v1', 'Pod', label)) as { metadata: { labels: object } };
    expect(Object.entries(metadata.labels)).toEqual([['__proto__', 'x']]);
  });

  it('never fails otherwise, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
        fc.constantFrom('Pod', 'Service', 'Event'),
        (parts, kind) => {
          const fields = parts.map((part, index) => bytesField((index % 4) + 1, [...part]));
          try {
            decodeKubernetesProtobuf(body('v1', kind, ...fields));
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedProtobuf);
          }
        },
      ),
    );
  });
});
