import { badRequest } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';

/** What a row carries besides its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function parseIncludeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}

export interface TableOptions {
  includeObject: IncludeObject;
  nowMs: number;
  metadata: Record<string, unknown>;
  /** Later events of one watch leave the columns out. */
  withColumns?: boolean;
}

type TableKind = Pick<KindDefinition, 'columns'>;

/** A `meta.k8s.io/v1` Table of these objects, as JSON-able value. */
export function renderTable(kind: TableKind, objects: readonly KubernetesObject[], options: TableOptions): object {
  const { metadata, withColumns = true } = options;
  const head = tableHead(kind, metadata);
  return {
    ...(withColumns ? head : { ...head, columnDefinitions: null }),
    rows: objects.map((object) => tableRow(kind, object, options)),
  };
}

/** A Table before its rows. */
export function tableHead(kind: TableKind, metadata: object): Record<string, unknown> {
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: columnDefinitions(kind) };
}

export function tableRow(
  kind: TableKind,
  object: KubernetesObject,
  { includeObject, nowMs }: Pick<TableOptions, 'includeObject' | 'nowMs'>,
): object {
  return {
    cells: kind.columns.map((column) => column.cell(object, { nowMs })),
    object: rowObject(object, includeObject),
  };
}

function columnDefinitions(kind: TableKind): object[] {
  return kind.columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format: format ?? '',
    description,
    priority: priority ?? 0,
  }));
}

function rowObject(object: KubernetesObject, include: IncludeObject): object | null {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialMetadata(object);
}

/** The object as `PartialObjectMetadata`. */
export function partialMetadata(object: KubernetesObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
