import type { KubernetesObject } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import type { PodTemplate } from '../pod-spec/defaults.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';

type Described = keyof typeof fieldDescriptions;

/** A number that is 0 while nobody has set it. */
export function countColumn<T extends KubernetesObject>(
  name: string,
  described: Described,
  count: (object: T) => number | undefined,
): TableColumn<T> {
  return { name, type: 'integer', description: fieldDescriptions[described], cell: (object) => count(object) ?? 0 };
}

/** `2/3`: how many of the wanted Pods are ready. */
export function readyColumn<T extends KubernetesObject>(
  counts: (object: T) => [ready: number | undefined, wanted: number | undefined],
): TableColumn<T> {
  return {
    name: 'Ready',
    type: 'string',
    description: 'Number of the pod with ready state',
    cell: (object) =>
      counts(object)
        .map((count) => count ?? 0)
        .join('/'),
  };
}

/** What the template runs and how its Pods are found, with `-o wide`. */
export function templateColumns<T extends KubernetesObject>(
  templateOf: (object: T) => PodTemplate | undefined,
  selector?: Pick<TableColumn<T>, 'cell'> & { description?: string },
): TableColumn<T>[] {
  const containers = (object: T) => templateOf(object)?.spec?.containers ?? [];
  return [
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      description: 'Names of each container in the template.',
      cell: (object) =>
        containers(object)
          .map(({ name }) => name)
          .join(','),
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      description: 'Images referenced by each container in the template.',
      cell: (object) =>
        containers(object)
          .map(({ image }) => image ?? '')
          .join(','),
    },
    ...(selector ? [selectorColumn(selector)] : []),
  ];
}

function selectorColumn<T extends KubernetesObject>(
  column: Pick<TableColumn<T>, 'cell'> & { description?: string },
): TableColumn<T> {
  const description = 'The labels of the Pods that belong to it.';
  return { name: 'Selector', type: 'string', priority: 1, description, ...column };
}
