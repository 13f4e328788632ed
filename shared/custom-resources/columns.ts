import type { KubernetesObject } from '../api/object.ts';
import type { PrinterColumn } from '../kinds/custom-resource-definition/types.ts';
import type { TableColumn } from '../kinds/define-kind.ts';
import { ageSince } from '../kinds/printing/age.ts';
import { nameColumn } from '../kinds/printing/columns.ts';
import { fieldDescriptions } from '../kinds/printing/descriptions.generated.ts';
import { canonicalTime, TimeError } from '../schema/time.ts';
import { evaluateJsonPath, JsonPathError, parseJsonPath, printValue } from './json-path.ts';

const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: fieldDescriptions['V1ObjectMeta.creationTimestamp'],
};

/** The columns of a table of custom resources. As upstream, those behind one that cannot be read are not shown. */
export function printerColumns(columns: readonly PrinterColumn[] | undefined): TableColumn<KubernetesObject>[] {
  const shown: TableColumn<KubernetesObject>[] = [nameColumn()];
  for (const column of columns?.length ? columns : [age]) {
    const read = readColumn(column);
    if (!read) break;
    shown.push(read);
  }
  return shown;
}

function readColumn(column: PrinterColumn): TableColumn<KubernetesObject> | undefined {
  const { name, type, format, description, jsonPath, priority } = column;
  try {
    const path = parseJsonPath(jsonPath);
    return {
      name,
      type: type as TableColumn<KubernetesObject>['type'],
      ...(format ? { format } : {}),
      ...(priority ? { priority } : {}),
      description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
      cell: (object, { nowMs }) => cellOf(type, evaluateJsonPath(path, object)[0], nowMs),
    };
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

/** What is not of the column's type is not shown. */
function cellOf(type: string, value: unknown, nowMs: number): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return printValue(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, nowMs) : null;
    default:
      return null;
  }
}

function dateCell(text: string, nowMs: number): string {
  if (text === '' || text === 'null') return '<unknown>';
  try {
    return ageSince(canonicalTime(text, 'date-time'), nowMs);
  } catch (error) {
    if (error instanceof TimeError) return '<invalid>';
    throw error;
  }
}
