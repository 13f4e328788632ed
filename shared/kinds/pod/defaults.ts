import type { Container, Pod } from '../../api/object.ts';
import { defaultPodSpec } from '../pod-spec/defaults.ts';

/** Defaults that depend on other fields, those of Pods that templates do not get among them. */
export function defaultPod(pod: Pod): void {
  const { spec } = pod;
  if (!spec) return;
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    requestWhatIsLimited(container);
    if (spec.hostNetwork) exposeOnHost(container);
  }
}

/** A limit without a request is a request too. */
function requestWhatIsLimited({ resources }: Container): void {
  if (!resources?.limits) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

/** On the network of the host a container port is a port of the host. */
function exposeOnHost(container: Container): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}
