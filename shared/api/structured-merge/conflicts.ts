import { StatusError } from '../errors.ts';
import { goQuote } from '../go-format.ts';
import { type FieldSet, forEachPath } from './field-set.ts';
import type { Manager } from './managed-fields.ts';

/** Fields of another manager that an apply would change. */
export interface ManagerConflict {
  manager: Manager;
  fields: FieldSet;
}

/** The 409 that names every field and who has it. */
export function applyConflict(conflicts: readonly ManagerConflict[]): StatusError {
  const found = conflicts
    .map(({ manager, fields }) => ({ owner: printOwner(manager), paths: pathsOf(fields) }))
    .sort((a, b) => (a.owner < b.owner ? -1 : 1));
  const causes = found.flatMap(({ owner, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${owner}`, field })),
  );
  const first = found[0];
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: conflict with ${first?.owner}: ${first?.paths[0]}`
      : `Apply failed with ${causes.length} conflicts: ${found.map(printGroup).join('\n')}`;
  return new StatusError('Conflict', message, { causes });
}

function pathsOf(fields: FieldSet): string[] {
  const paths: string[] = [];
  forEachPath(fields, (path) => paths.push(path));
  return paths;
}

function printGroup({ owner, paths }: { owner: string; paths: string[] }): string {
  return [`conflicts with ${owner}:`, ...paths.map((path) => `- ${path}`)].join('\n');
}

function printOwner({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = subresource ? `${goQuote(manager)} with subresource ${goQuote(subresource)}` : goQuote(manager);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
