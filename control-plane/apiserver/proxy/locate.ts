import type { Service } from '../../../shared/api/object.ts';
import type { Destination, Location, ServicePort } from '../../client.ts';
import { rotated, servicePortTarget, type TargetDeps } from './targets.ts';

export interface LocateDeps extends TargetDeps {
  /** Names of those that can call somebody outside of the cluster. */
  outsideNodes(): readonly string[];
}

/** How many are tried, when some that seem to be there are not. */
const mostNodes = 3;

/** Where a call of the cluster's own goes, and by whom. Throws StatusError for a Service that nobody answers. */
export function locate(deps: LocateDeps, destination: Destination): Location {
  return 'service' in destination ? locateService(deps, destination.service) : locateOutside(deps, destination);
}

export function locateService(deps: LocateDeps, service: ServicePort): Location {
  const { spec } = (deps.get('services', service.namespace, service.name) ?? {}) as Partial<Service>;
  // As Kubernetes, which does not ask such a Service for its ports.
  if (spec?.type === 'ExternalName') return locateOutside(deps, { host: spec.externalName ?? '', port: service.port });
  const { node, host, port } = servicePortTarget(deps, service);
  return { nodes: [node], host, port };
}

function locateOutside(deps: LocateDeps, { host, port }: { host: string; port: number }): Location {
  return { nodes: rotated(deps.outsideNodes(), deps.random()).slice(0, mostNodes), host, port, isOutside: true };
}
