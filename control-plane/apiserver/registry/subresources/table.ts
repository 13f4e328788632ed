import { StatusError, unknownResource } from '../../../../shared/api/errors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { binding } from './binding.ts';
import { eviction } from './eviction.ts';
import { finalize } from './finalize.ts';
import { scale } from './scale.ts';
import { approval, status } from './status.ts';
import type { Subresource } from './subresource.ts';

/** A new subresource is a file here and a line in this table; a kind opts in by its declaration. */
const table: Readonly<Record<string, Subresource>> = { status, approval, scale, binding, eviction, finalize };

/** The handler for a verb of a subresource; throws 404 where the kind has none of that name, 405 for another verb. */
export function subresourceVerb<V extends keyof Subresource>(
  kind: KindDefinition,
  name: string,
  verb: V,
): NonNullable<Subresource[V]> {
  const handler = declares(kind, name) ? table[name] : undefined;
  if (!handler) throw unknownResource();
  const method = handler[verb];
  if (!method) {
    throw new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  return method;
}

function declares({ subresources }: KindDefinition, name: string): boolean {
  if (!subresources) return false;
  if (name === 'status') return Boolean(subresources.status);
  if (name === 'scale') return Boolean(subresources.scale);
  return Object.hasOwn(subresources.others ?? {}, name);
}
