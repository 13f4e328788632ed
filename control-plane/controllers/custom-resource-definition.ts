import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject } from '../../shared/api/object.ts';
import { cleanupFinalizer, isTrue, withCondition } from '../../shared/kinds/custom-resource-definition/conditions.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionStatus,
  DefinitionCondition,
} from '../../shared/kinds/custom-resource-definition/types.ts';
import { establish } from './definitions/establish.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { pages, someOf } from './runtime/pages.ts';
import { keyOf, sameObject, timestamp, writeAll } from './runtime/write.ts';

const resource = 'customresourcedefinitions.apiextensions.k8s.io';

/**
 * Accepts the names of CustomResourceDefinitions, which makes their kinds served, and empties those that are being
 * deleted. Key: the name of a definition.
 */
export default defineController({
  name: 'custom-resource-definition-controller',
  watches: [
    {
      resource,
      async toKeys({ type, object }, { reader }) {
        const definition = object as unknown as CustomResourceDefinition;
        if (type !== 'DELETED' && isSettled(definition)) return [];
        // Its names are free now: another may have waited for them.
        const { items } = await reader.list<KubernetesObject>({ resource });
        const others = items as unknown as CustomResourceDefinition[];
        return others.filter(({ spec }) => spec.group === definition.spec.group).map(({ metadata }) => metadata.name!);
      },
    },
    {
      resource: '*',
      toKeys: ({ type, key }) => (type === 'DELETED' && key.resource.includes('.') ? [key.resource] : []),
    },
  ],
  async reconcile(name, deps) {
    const found = await deps.client.get<KubernetesObject>({ resource, namespace: '', name });
    const definition = found as unknown as CustomResourceDefinition | undefined;
    if (!definition) return undefined;
    if (!definition.metadata.deletionTimestamp) await acceptNames(definition, deps);
    else if (definition.metadata.finalizers?.includes(cleanupFinalizer)) await cleanUp(definition, deps);
    return undefined;
  },
});

/** Whether there is nothing to do about a definition. */
function isSettled({ metadata, spec, status }: CustomResourceDefinition): boolean {
  return !metadata.deletionTimestamp && jsonEqual(spec.names, status?.acceptedNames);
}

async function acceptNames(definition: CustomResourceDefinition, deps: ReconcileDeps): Promise<void> {
  const { items } = await deps.client.list<KubernetesObject>({ resource });
  const status = establish(definition, items as unknown as CustomResourceDefinition[], timestamp(deps.clock.now()));
  if (status) await writeStatus(definition, status, deps);
}

/** Deletes what is left of the kind. The definition goes with the last object. */
async function cleanUp(definition: CustomResourceDefinition, deps: ReconcileDeps): Promise<void> {
  const { client } = deps;
  if (!isTrue(definition, 'Established')) {
    await finish(definition, 'NeverEstablished', 'resource was never established', deps);
    return;
  }
  const instances = definition.metadata.name!;
  if (!(await someOf(pages(client, { resource: instances }), () => true))) {
    await finish(definition, 'InstanceDeletionCompleted', 'removed all instances', deps);
    return;
  }
  await explain(definition, 'InstanceDeletionInProgress', 'CustomResource deletion is in progress', deps);
  for await (const page of pages(client, { resource: instances })) {
    const doomed = page.filter(({ metadata }) => !metadata.deletionTimestamp);
    await writeAll(
      client,
      doomed.map((object) => ({ verb: 'delete', key: keyOf(instances, object), preconditions: sameObject(object) })),
    );
  }
}

async function explain(
  definition: CustomResourceDefinition,
  reason: string,
  message: string,
  deps: ReconcileDeps,
): Promise<void> {
  const condition = { type: 'Terminating', status: 'True', reason, message } as const;
  await writeStatus(definition, terminating(definition, condition, deps), deps);
}

function terminating(
  { status }: CustomResourceDefinition,
  condition: Omit<DefinitionCondition, 'lastTransitionTime'>,
  { clock }: ReconcileDeps,
): CustomResourceDefinitionStatus {
  return { ...status, conditions: withCondition(status?.conditions ?? [], condition, timestamp(clock.now())) };
}

async function finish(
  definition: CustomResourceDefinition,
  reason: string,
  message: string,
  deps: ReconcileDeps,
): Promise<void> {
  const condition = { type: 'Terminating', status: 'False', reason, message } as const;
  const finalizers = (definition.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer);
  const status = terminating(definition, condition, deps);
  const object = { ...definition, metadata: { ...definition.metadata, finalizers }, status } as KubernetesObject;
  await writeAll(deps.client, [{ verb: 'update', resource, object, subresource: 'status' }], { ignore: ['NotFound'] });
}

async function writeStatus(
  definition: CustomResourceDefinition,
  status: CustomResourceDefinitionStatus,
  { client }: ReconcileDeps,
): Promise<void> {
  if (jsonEqual(status, definition.status)) return;
  // With the version that was read: a later one is looked at anew.
  const object = { ...definition, status } as KubernetesObject;
  await writeAll(client, [{ verb: 'update', resource, object, subresource: 'status' }], { ignore: ['NotFound'] });
}
