import type { APIService, KubernetesObject } from '../../shared/api/object.ts';
import type { CustomResourceDefinition } from '../../shared/kinds/custom-resource-definition/types.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { defineController } from './runtime/controller.ts';
import { sameObject, writeAll } from './runtime/write.ts';

const resource = 'apiservices.apiregistration.k8s.io';
const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';
/** Behind all built-in groups; versions among themselves as their names say. */
const priorities = { groupPriorityMinimum: 1000, versionPriority: 100 };

/**
 * Registers the group versions of custom resources, as those are that are built in: with an APIService for each that is
 * served. What somebody else has registered stays as it is. Key: the name of an APIService.
 */
export default defineController({
  name: 'crd-autoregister',
  watches: [
    {
      resource: 'customresourcedefinitions.apiextensions.k8s.io',
      toKeys: ({ object, previous }) => [...new Set([...namesOf(object), ...(previous ? namesOf(previous) : [])])],
    },
    { resource, toKeys: ({ object }) => (isManaged(object) ? [object.metadata.name ?? ''] : []) },
  ],
  async reconcile(name, { client, kinds }) {
    const key = { resource, namespace: '', name };
    const found = await client.get<APIService>(key);
    if (isServed(kinds, name)) {
      if (!found) await writeAll(client, [{ verb: 'create', resource, object: registrationOf(name) }], { ignore });
    } else if (found && isManaged(found)) {
      await writeAll(client, [{ verb: 'delete', key, preconditions: sameObject(found) }]);
    }
    return undefined;
  },
});

/** Somebody was faster. */
const ignore = ['AlreadyExists'] as const;

function namesOf(object: KubernetesObject): string[] {
  const { spec } = object as unknown as CustomResourceDefinition;
  return spec.versions.map((version) => `${version.name}.${spec.group}`);
}

function isManaged({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[managedLabel] === 'true';
}

function isServed(kinds: KindRegistry, name: string): boolean {
  return kinds.all().some(({ custom, group, version }) => custom && `${version}.${group}` === name);
}

function registrationOf(name: string): KubernetesObject {
  const dot = name.indexOf('.');
  const spec = { group: name.slice(dot + 1), version: name.slice(0, dot), ...priorities };
  return { metadata: { name, labels: { [managedLabel]: 'true' } }, spec };
}
