import { describe, expect, it } from 'vitest';
import { StatusError } from '../api/errors.ts';
import { type DecodeOptions, decode } from './decode.ts';
import { applyDefaults } from './default.ts';
import { schemaFor } from './registry.ts';

function read(body: unknown, options: DecodeOptions = {}) {
  return decode(schemaFor('V1Pod'), structuredClone(body), options);
}

function refusal(body: unknown, options: DecodeOptions & { schema?: string } = {}): string {
  try {
    decode(schemaFor(options.schema ?? 'V1Pod'), structuredClone(body), options);
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function pod(spec: unknown, more: Record<string, unknown> = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec, ...more };
}

const prefix = '400 Pod in version "v1" cannot be handled as a Pod: ';

describe('values of a wrong type', () => {
  it.each([
    [
      pod({ containers: 'x' }),
      'cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      pod({ containers: [{ name: 5 }] }),
      'cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
    ],
    [
      pod({ terminationGracePeriodSeconds: 'x' }),
      'cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      pod({ terminationGracePeriodSeconds: 1.5 }),
      'cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      pod({ containers: [{ ports: [{ containerPort: 2 ** 31 }] }] }),
      'cannot unmarshal number 2147483648 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      pod({}, { metadata: { labels: { a: 1 } } }),
      'cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      pod({}, { metadata: { labels: ['a'] } }),
      'cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [pod([]), 'cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    [
      pod({ restartPolicy: true }),
      'cannot unmarshal bool into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [
      pod({ containers: [{ resources: { limits: 'x' } }] }),
      'cannot unmarshal string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    ],
    [
      pod({ containers: [{ livenessProbe: { tcpSocket: { port: true } } }] }),
      'cannot unmarshal bool into Go struct field TCPSocketAction.spec.containers.livenessProbe.tcpSocket.port of type int32',
    ],
  ])('%j', (body, message) => {
    expect(refusal(body)).toBe(`${prefix}json: ${message}`);
  });

  it('are told first to last, but after a text that its own decoder refuses', () => {
    const body = pod({ hostNetwork: 1, containers: [{ name: 5, resources: { requests: { cpu: 'abc' } } }] });
    expect(refusal(body)).toMatch(`${prefix}quantities must match the regular expression`);
    expect(refusal(pod({ hostNetwork: 1, containers: [{ name: 5 }] }))).toMatch(
      'PodSpec.spec.hostNetwork of type bool',
    );
  });

  it('include texts that are no time or no base64', () => {
    expect(refusal(pod({}, { metadata: { creationTimestamp: 'x' } }))).toBe(
      `${prefix}parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`,
    );
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'YQ' } };
    expect(refusal(secret, { schema: 'V1Secret' })).toBe(
      '400 Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
    );
  });

  it('include bodies that do not say what they are', () => {
    expect(refusal([], { raw: '[]' })).toBe(
      "400 the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: " +
        'cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; ' +
        'Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    );
    expect(refusal({ kind: 5 }, { raw: '{"kind":5}' })).toMatch('Go struct field .kind of type string ({"kind":5})');
  });
});

describe('unknown and duplicate fields', () => {
  const raw =
    '{"kind":"Pod","metadata":{"name":"a","labels":{"a\\u0062":"1","ab":"2"}},"spec":{"foo":{"x":1,"x":2},"containers":[{"name":"c","name":"d","imagge":"i"}]}}';
  const findings = [
    'unknown field "spec.foo"',
    'unknown field "spec.containers[0].imagge"',
    'duplicate field "metadata.labels.ab"',
    'duplicate field "spec.containers[0].name"',
  ];

  it('are dropped with a warning', () => {
    const { value, warnings } = read(JSON.parse(raw), { raw });
    expect(warnings).toEqual(findings);
    expect(value).toEqual({
      kind: 'Pod',
      metadata: { name: 'a', labels: { ab: '2' } },
      spec: { containers: [{ name: 'd' }] },
    });
  });

  it('are silently dropped with Ignore, refused with Strict', () => {
    expect(read(JSON.parse(raw), { raw, fieldValidation: 'Ignore' }).warnings).toEqual([]);
    expect(refusal(JSON.parse(raw), { raw, fieldValidation: 'Strict' })).toBe(
      `${prefix}strict decoding error: ${findings.join(', ')}`,
    );
  });

  it('are matched by their exact names', () => {
    expect(read(JSON.parse('{"Spec":{},"constructor":1,"__proto__":{"spec":{}}}')).warnings).toEqual([
      'unknown field "Spec"',
      'unknown field "constructor"',
      'unknown field "__proto__"',
    ]);
  });

  it('are told at most a hundred times', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
    expect(read(pod(many)).warnings).toHaveLength(100);
  });
});

describe('the decoded form', () => {
  it('has no nulls where Go has none', () => {
    const body = pod(
      { containers: null, nodeName: null, tolerations: [null] },
      { metadata: { labels: { a: null }, creationTimestamp: null } },
    );
    expect(read(body).value).toEqual(pod({ tolerations: [{}] }, { metadata: { labels: { a: '' } } }));
  });

  it('has no empty lists and maps where Go writes none', () => {
    const body = pod(
      { containers: [], volumes: [{ name: 'v', emptyDir: {} }], tolerations: [] },
      { metadata: { labels: {} } },
    );
    expect(read(body).value).toEqual(pod({ containers: [], volumes: [{ name: 'v', emptyDir: {} }] }, { metadata: {} }));
    expect(refusal(pod({ tolerations: {} }))).toMatch(
      'cannot unmarshal object into Go struct field PodSpec.spec.tolerations',
    );
  });

  it('has canonical quantities and times, and either form of IntOrString', () => {
    const { value } = read(
      pod(
        {
          containers: [
            {
              resources: { limits: { cpu: 1, memory: '1024Mi', x: 0.5 } },
              livenessProbe: { tcpSocket: { port: 'a' } },
            },
          ],
        },
        { metadata: { creationTimestamp: '2026-01-02T03:04:05.6+02:00' } },
      ),
    );
    expect(value).toEqual(
      pod(
        {
          containers: [
            {
              resources: { limits: { cpu: '1', memory: '1Gi', x: '500m' } },
              livenessProbe: { tcpSocket: { port: 'a' } },
            },
          ],
        },
        { metadata: { creationTimestamp: '2026-01-02T01:04:05Z' } },
      ),
    );
  });

  it('is bounded in depth, also where anything goes', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`);
    expect(refusal(pod({}, { metadata: { managedFields: [{ fieldsV1: deep }] } }))).toBe(`${prefix}exceeded max depth`);
    const deepest = `{"spec":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(() => decode(schemaFor('V1Pod'), JSON.parse(deepest), { raw: deepest })).toThrow('of type v1.PodSpec');
  });
});

describe('defaults', () => {
  it('fill what a Pod leaves out and nothing else', () => {
    const { value } = read({
      spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } }] },
    });
    applyDefaults(schemaFor('V1Pod'), value);
    expect(value).toEqual({
      metadata: {},
      spec: {
        containers: [
          {
            name: 'c',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            readinessProbe: {
              failureThreshold: 3,
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              periodSeconds: 10,
              successThreshold: 1,
              timeoutSeconds: 1,
            },
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
      status: {},
    });
    const before = structuredClone(value);
    applyDefaults(schemaFor('V1Pod'), value);
    expect(value).toEqual(before);
  });

  it('reach structs that are defaults themselves', () => {
    const service = {};
    applyDefaults(schemaFor('V1Service'), service);
    expect(service).toEqual({
      metadata: {},
      spec: { sessionAffinity: 'None', type: 'ClusterIP' },
      status: { loadBalancer: {} },
    });
  });

  it('are not shared between objects', () => {
    const [a, b] = [{}, {}] as { spec?: Record<string, unknown> }[];
    applyDefaults(schemaFor('V1Namespace'), a);
    applyDefaults(schemaFor('V1Namespace'), b);
    a!.spec!.finalizers = ['kubernetes'];
    expect(b!.spec).toEqual({});
  });

  it('end on types that contain themselves', () => {
    const schema = { properties: { a: { properties: {} } } };
    applyDefaults(schemaFor('V1JSONSchemaProps'), schema);
    expect(schema).toEqual({ properties: { a: { properties: {} } } });
  });
});
