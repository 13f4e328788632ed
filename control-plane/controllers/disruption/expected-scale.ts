import type { KubernetesObject, Pod } from '../../../shared/api/object.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { ClusterClient } from '../../client.ts';
import { controllerOf } from '../pods/pod-state.ts';

/** How many Pods there should be, by those who keep them. */
export interface ExpectedScale {
  count: number;
  /** Names of Pods that nobody keeps. */
  unmanaged: string[];
}

/** Not to be told from the Pods alone: what a budget may spend depends on how many there should be. */
export class UnknownScaleError extends Error {
  override name = 'UnknownScaleError';
}

/** Throws an `UnknownScaleError` where the controller of a Pod does not say how many it keeps. */
export async function expectedScale(
  pods: readonly Pod[],
  { client, kinds }: { client: ClusterClient; kinds: KindRegistry },
): Promise<ExpectedScale> {
  const unmanaged = pods.filter((pod) => !controllerOf(pod)).map(({ metadata }) => metadata.name ?? '');
  const representatives = new Map(
    pods.flatMap((pod) => {
      const owner = controllerOf(pod);
      return owner ? [[owner.uid, pod] as const] : [];
    }),
  );
  const scales = new Map<string, number>();
  for (const pod of representatives.values()) {
    const { object, kind } = await keeperOf(pod, { client, kinds });
    scales.set(object.metadata.uid ?? '', replicasOf(object, kind));
  }
  return { count: [...scales.values()].reduce((sum, scale) => sum + scale, 0), unmanaged };
}

interface Keeper {
  object: KubernetesObject;
  kind: KindDefinition;
}

/** The controller of the Pod, or that controller's own where it is scaled in its turn: a Deployment. */
async function keeperOf(pod: Pod, deps: { client: ClusterClient; kinds: KindRegistry }): Promise<Keeper> {
  const direct = await controllerObject(pod, deps);
  if (!direct) throw new UnknownScaleError(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
  const { kind } = direct;
  if (!kind.subresources?.scale) {
    throw new UnknownScaleError(`${resourceName(kind)} does not implement the scale subresource`);
  }
  const above = await controllerObject(direct.object, deps);
  return above?.kind.subresources?.scale ? above : direct;
}

async function controllerObject(
  object: KubernetesObject,
  { client, kinds }: { client: ClusterClient; kinds: KindRegistry },
): Promise<Keeper | undefined> {
  const reference = controllerOf(object);
  const kind = reference && kinds.byKind(reference.apiVersion, reference.kind);
  if (!kind) return undefined;
  const namespace = kind.scope === 'Namespaced' ? (object.metadata.namespace ?? '') : '';
  const owner = await client.get({ resource: resourceName(kind), namespace, name: reference.name });
  return owner?.metadata.uid === reference.uid ? { object: owner, kind } : undefined;
}

function replicasOf(object: KubernetesObject, { subresources }: KindDefinition): number {
  const path = (subresources?.scale?.specReplicas ?? '').split('.').filter(Boolean);
  const value = path.reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], object);
  return typeof value === 'number' ? value : 0;
}
