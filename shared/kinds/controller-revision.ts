import type { FieldError } from '../api/errors.ts';
import { immutable, required } from '../api/field-errors.ts';
import { isJsonObject, jsonEqual } from '../api/json.ts';
import type { ControllerRevision } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateNonNegative } from './pod-spec/numbers.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { controllerCell } from './workloads/controller-cell.ts';

export default defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  scope: 'Namespaced',
  schema: 'V1ControllerRevision',
  strategy: {
    validate: ({ data, revision }) => [...validateNonNegative(revision, 'revision'), ...validateData(data)],
    validateUpdate: ({ data }, old) => (jsonEqual(data, old.data) ? [] : [immutable('data', data)]),
  },
  columns: [
    nameColumn(),
    { name: 'Controller', type: 'string', description: 'Controller of the object', cell: controllerCell },
    {
      name: 'Revision',
      type: 'string',
      description: fieldDescriptions['V1ControllerRevision.revision'],
      cell: ({ revision }) => revision ?? 0,
    },
    ageColumn(),
  ],
});

function validateData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  return isJsonObject(data) ? [] : [required('data', 'data must be a valid JSON object')];
}
