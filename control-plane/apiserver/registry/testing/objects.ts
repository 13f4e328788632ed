/** Bodies of requests, as small as validation lets them be. */

export const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec },
});

export const controller = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name, ...metadata },
  spec: {
    replicas: 1,
    selector: { r: '1' },
    template: { metadata: { labels: { r: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
});
