import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/object.ts';
import pod from '../pod.ts';
import { imageTag } from '../pod-spec/image.ts';
import { submit } from '../testing/submit.ts';
import { podReferences } from './references.ts';

function created(spec: object): Pod {
  const { object, errors } = submit(pod, { metadata: { name: 'p' }, spec });
  expect(errors ?? []).toEqual([]);
  return object as unknown as Pod;
}

describe('image references', () => {
  it.each([
    ['busybox', 'latest'],
    ['busybox:latest', 'latest'],
    ['busybox:1.36', '1.36'],
    ['localhost:5000/busybox', 'latest'],
    ['registry.example.com/team/app:v2', 'v2'],
    [`nginx@sha256:${'a'.repeat(64)}`, ''],
    [`nginx:1.2@sha256:${'a'.repeat(64)}`, '1.2'],
    ['Not An Image', ''],
    ['', ''],
  ])('%s has the tag "%s"', (image, tag) => {
    expect(imageTag(image)).toBe(tag);
  });
});

describe('a new Pod', () => {
  it('gets every default that depends on another field', () => {
    const { spec, status } = created({
      hostNetwork: true,
      initContainers: [{ name: 'i', image: 'busybox:1.2' }],
      containers: [
        {
          name: 'c',
          image: 'nginx',
          ports: [{ containerPort: 80 }],
          readinessProbe: { tcpSocket: { port: 'web' } },
          resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m' } },
        },
      ],
      volumes: [{ name: 'v' }],
      serviceAccount: 'robot',
    });
    expect(spec?.initContainers?.[0]?.imagePullPolicy).toBe('IfNotPresent');
    expect(spec?.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
      ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
      resources: { requests: { cpu: '250m', memory: '64Mi' } },
      readinessProbe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
    });
    expect(spec).toMatchObject({
      volumes: [{ name: 'v', emptyDir: {} }],
      serviceAccountName: 'robot',
      enableServiceLinks: true,
      terminationGracePeriodSeconds: 30,
    });
    expect(status).toEqual({ phase: 'Pending', qosClass: 'Burstable' });
  });

  it.each([
    ['BestEffort', {}],
    ['Burstable', { requests: { cpu: '1' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }],
    ['Burstable', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }],
  ])('is %s with %j', (qosClass, resources) => {
    expect(created({ containers: [{ name: 'c', image: 'x', resources }] }).status?.qosClass).toBe(qosClass);
  });

  it('cannot choose its status', () => {
    const { object } = submit(pod, {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    });
    expect(object?.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });
});

it('a node receives the ConfigMaps and Secrets of its Pods, each once', () => {
  const references = podReferences({
    metadata: { name: 'p', namespace: 'n' },
    spec: {
      imagePullSecrets: [{ name: 'registry' }],
      volumes: [
        { name: 'a', configMap: { name: 'files' } },
        { name: 'b', secret: { secretName: 'keys' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'more' } }, { secret: { name: 'keys' } }] } },
      ],
      containers: [
        {
          name: 'c',
          envFrom: [{ configMapRef: { name: 'all' } }],
          env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'one', key: 'k' } } }],
        },
      ],
    },
  });
  expect(references.map(({ resource, namespace, name }) => `${resource}/${namespace}/${name}`).sort()).toEqual([
    'configmaps/n/all',
    'configmaps/n/files',
    'configmaps/n/more',
    'secrets/n/keys',
    'secrets/n/one',
    'secrets/n/registry',
  ]);
});

describe('grace of a deletion', () => {
  const grace = (object: Partial<Pod>, requested?: number) =>
    pod.strategy.gracePeriodSeconds!({ metadata: {}, ...object } as never, requested);
  const spec = { containers: [], nodeName: 'n', terminationGracePeriodSeconds: 30 };

  it.each([
    ['as the Pod says', grace({ spec }), 30],
    ['as the client says', grace({ spec }, 5), 5],
    ['none before it is bound', grace({ spec: { ...spec, nodeName: undefined } }, 5), 0],
    ['none after its end', grace({ spec, status: { phase: 'Failed' } }, 5), 0],
    ['a second for negative values', grace({ spec: { ...spec, terminationGracePeriodSeconds: -1 } }), 1],
  ])('%s', (_title, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
