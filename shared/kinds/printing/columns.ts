import type { KubernetesObject } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageSince } from './age.ts';
import { fieldDescriptions } from './descriptions.generated.ts';

/** The first column of every table. */
export function nameColumn<T extends KubernetesObject>(): TableColumn<T> {
  return {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: fieldDescriptions['V1ObjectMeta.name'],
    cell: (object) => object.metadata.name ?? '',
  };
}

/** Time since creation. */
export function ageColumn<T extends KubernetesObject>(): TableColumn<T> {
  return {
    name: 'Age',
    type: 'string',
    description: fieldDescriptions['V1ObjectMeta.creationTimestamp'],
    cell: (object, { nowMs }) => ageSince(object.metadata.creationTimestamp, nowMs),
  };
}

/** When it was made: what kinds show that have no columns of their own. */
export function createdAtColumn<T extends KubernetesObject>(): TableColumn<T> {
  return {
    name: 'Created At',
    type: 'date',
    description: fieldDescriptions['V1ObjectMeta.creationTimestamp'],
    cell: (object) => object.metadata.creationTimestamp ?? null,
  };
}

/** Labels or an equality selector in `a=b,c=d` form, by key; `<none>` without any. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length > 0 ? pairs.map(([key, value]) => `${key}=${value}`).join(',') : '<none>';
}
