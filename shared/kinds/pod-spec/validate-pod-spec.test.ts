import { describe, expect, it } from 'vitest';
import pod from '../pod.ts';
import { submit } from '../testing/submit.ts';

const container = { name: 'c', image: 'x' };

function findings(spec: object): string[] {
  const { errors } = submit(pod, { metadata: { name: 'p' }, spec: { containers: [container], ...spec } });
  return (errors ?? []).map(({ field, message }) => `${field}: ${message}`);
}

function ofContainer(change: object, spec: object = {}): string[] {
  const prefix = 'spec.containers[0].';
  return findings({ containers: [{ ...container, ...change }], ...spec }).map((text) => text.replace(prefix, ''));
}

describe('a container is refused for', () => {
  it.each<[string, object, string[]]>([
    [
      'a port out of range',
      { ports: [{ containerPort: 70000 }] },
      ['ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    ['a port without number', { ports: [{ name: 'web' }] }, ['ports[0].containerPort: Required value']],
    [
      'the same host port twice',
      {
        ports: [
          { containerPort: 1, hostPort: 80 },
          { containerPort: 2, hostPort: 80 },
        ],
      },
      ['ports[1].hostPort: Duplicate value: "TCP//80"'],
    ],
    ['a variable without name', { env: [{ value: 'x' }] }, ['env[0].name: Required value']],
    [
      'a variable from nowhere',
      { env: [{ name: 'A', valueFrom: {} }] },
      [
        'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ],
    ],
    [
      'a variable with two values',
      { env: [{ name: 'A', value: 'v', valueFrom: { configMapKeyRef: { name: 'n', key: 'k' } } }] },
      ['env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ],
    [
      'an unknown field',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }] },
      [
        'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
      ],
    ],
    [
      'a field that only files can hold',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] },
      [
        'env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      'a key without name',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { key: 'k' } } }] },
      ['env[0].valueFrom.secretKeyRef.name: Required value'],
    ],
    [
      'an empty source',
      { envFrom: [{}] },
      ['envFrom[0]: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
    ],
    ['an unknown volume', { volumeMounts: [{ name: 'v', mountPath: '/v' }] }, ['volumeMounts[0].name: Not found: "v"']],
    [
      'a negative request',
      { resources: { requests: { cpu: '-1' } } },
      ['resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'half a device',
      { resources: { limits: { 'example.com/gpu': '500m' }, requests: { 'example.com/gpu': '500m' } } },
      [
        'resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
        'resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
      ],
    ],
    [
      'a probe without action',
      { readinessProbe: { periodSeconds: 5 } },
      ['readinessProbe: Required value: must specify a handler type'],
    ],
    [
      'a probe with two actions',
      { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } },
      ['livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    [
      'a liveness probe that must succeed twice',
      { livenessProbe: { successThreshold: 2, exec: { command: ['a'] } } },
      ['livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'a probe of no port',
      { readinessProbe: { httpGet: { path: '/' } } },
      ['readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    ],
    [
      'a hook without command',
      { lifecycle: { preStop: { exec: {} } } },
      ['lifecycle.preStop.exec.command: Required value'],
    ],
    [
      'a user that cannot be',
      { securityContext: { runAsUser: -1 } },
      ['securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
    ],
    [
      'spaces around the image',
      { image: ' x' },
      ['image: Invalid value: " x": must not have leading or trailing whitespace'],
    ],
  ])('%s', (_title, change, expected) => {
    expect(ofContainer(change)).toEqual(expected);
  });
});

describe('a Pod is refused for', () => {
  it.each<[string, object, string[]]>([
    [
      'two containers of one name',
      { containers: [container, container] },
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      'an init container of the same name',
      { initContainers: [container] },
      ['spec.initContainers[0].name: Duplicate value: "c"'],
    ],
    [
      'a probe of an init container',
      { initContainers: [{ name: 'i', image: 'x', readinessProbe: { exec: { command: ['a'] } } }] },
      [
        'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'a mount path used twice',
      {
        containers: [
          {
            ...container,
            volumeMounts: [
              { name: 'v', mountPath: '/v' },
              { name: 'v', mountPath: '/v' },
            ],
          },
        ],
        volumes: [{ name: 'v' }],
      },
      ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
    ],
    [
      'a path that leaves its volume',
      {
        containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v', subPath: '../x' }] }],
        volumes: [{ name: 'v' }],
      },
      ['spec.containers[0].volumeMounts[0].subPath: Invalid value: "../x": must not contain \'..\''],
    ],
    [
      'two volumes of one name',
      { volumes: [{ name: 'v' }, { name: 'v' }] },
      ['spec.volumes[1].name: Duplicate value: "v"'],
    ],
    [
      'a secret without name',
      { volumes: [{ name: 'v', secret: {} }] },
      ['spec.volumes[0].secret.secretName: Required value'],
    ],
    [
      'file modes out of range',
      { volumes: [{ name: 'v', configMap: { name: 'm', defaultMode: 512 } }] },
      [
        'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    [
      'an unknown kind of host path',
      { volumes: [{ name: 'v', hostPath: { path: '/x', type: 'Pipe' } }] },
      [
        'spec.volumes[0].hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      'two sources of one file',
      {
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { secret: { name: 's', items: [{ key: 'k', path: 'f' }] } },
                { configMap: { name: 'm', items: [{ key: 'k', path: 'f' }] } },
              ],
            },
          },
        ],
      },
      ['spec.volumes[0].projected.sources[1]: Invalid value: "m": conflicting duplicate paths'],
    ],
    [
      'seconds of tolerance for what does not evict',
      { tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }] },
      [
        'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      ],
    ],
    [
      'a deadline of zero',
      { activeDeadlineSeconds: 0 },
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    [
      'no DNS at all',
      { dnsPolicy: 'None' },
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      'an alias of no address',
      { hostAliases: [{ ip: '1.2.3', hostnames: ['a'] }] },
      ['spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      'a term that selects nothing',
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [
      'a host port that is not the port',
      { hostNetwork: true, containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 81 }] }] },
      [
        'spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true',
      ],
    ],
  ])('%s', (_title, spec, expected) => {
    expect(findings(spec)).toEqual(expected);
  });
});

it('a Pod that uses nearly everything is accepted', () => {
  const volumeMounts = ['e', 'h', 'cm', 's', 'd', 'pr'].map((name) => ({ name, mountPath: `/${name}` }));
  expect(
    findings({
      initContainers: [{ name: 'i', image: 'busybox:1.2' }],
      containers: [
        {
          ...container,
          ports: [{ name: 'web', containerPort: 80 }],
          livenessProbe: { httpGet: { path: '/', port: 80 } },
          readinessProbe: { tcpSocket: { port: 'web' } },
          startupProbe: { exec: { command: ['true'] } },
          env: [
            { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'B', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } },
            { name: 'C', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
          ],
          volumeMounts,
          resources: { limits: { cpu: '500m', memory: '64Mi' } },
          lifecycle: { preStop: { httpGet: { port: 80 } } },
        },
      ],
      volumes: [
        { name: 'e', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'h', hostPath: { path: '/x' } },
        { name: 'cm', configMap: { name: 'x' } },
        { name: 's', secret: { secretName: 'x' } },
        { name: 'd', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        { name: 'pr', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      ],
      tolerations: [{ key: 'k', operator: 'Exists' }],
    }),
  ).toEqual([]);
});
