/** The few objects that several suites create. */

interface PodOptions {
  image: string;
  labels?: Readonly<Record<string, string>>;
}

export function podTemplate({ image, labels = {} }: PodOptions) {
  const ports = [{ containerPort: 80 }];
  const resources = { requests: { cpu: '10m', memory: '8Mi' } };
  const containers = [{ name: 'app', image, imagePullPolicy: 'IfNotPresent', ports, resources }];
  return { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers } };
}

export function simplePod(name: string, options: PodOptions) {
  const { metadata, spec } = podTemplate(options);
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, spec };
}

/** A Service for the Pods with the label `app: NAME`. */
export function service(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

export function replicatedPods(name: string, { image, replicas }: { image: string; replicas: number }) {
  const template = podTemplate({ image, labels: { app: name } });
  const spec = { replicas, selector: { app: name }, template };
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name }, spec };
}
