import type { V1DaemonSet, V1ReplicaSet, V1StatefulSet } from '@kubernetes/client-node';
import { aPod, type PodOptions } from './pods.ts';

/** Objects whose Pods carry their name as the label `name`. */
function withTemplate(name: string, options: PodOptions) {
  const labels = { name };
  const { spec } = aPod(name, options);
  return { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } };
}

export function aReplicaSet(name: string, replicas: number, options: PodOptions = {}): V1ReplicaSet {
  return { metadata: { name, labels: { name } }, spec: { replicas, ...withTemplate(name, options) } };
}

export function aStatefulSet(name: string, replicas: number, options: PodOptions = {}): V1StatefulSet {
  return {
    metadata: { name, labels: { name } },
    spec: { replicas, serviceName: name, ...withTemplate(name, options) },
  };
}

export function aDaemonSet(name: string, options: PodOptions = {}): V1DaemonSet {
  return { metadata: { name, labels: { name } }, spec: withTemplate(name, options) };
}
