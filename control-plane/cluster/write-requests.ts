import { unknownResource } from '../../shared/api/errors.ts';
import type { KindDefinition } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { UserInfo, WriteRequest } from '../apiserver/registry/registry.ts';
import type { Preconditions, WriteOperation } from '../client.ts';

export interface Writer {
  kinds: KindRegistry;
  /** As whom it writes, and the manager of the fields that it sets. */
  user: UserInfo;
  fieldManager: string;
}

/** What an operation of a component asks of the registry. Throws NotFound for a resource that is no kind. */
export function writeRequest({ kinds, user, fieldManager }: Writer, operation: WriteOperation): WriteRequest {
  const meta = 'key' in operation ? operation.key : operation.object.metadata;
  const { namespace = '', name = '' } = meta;
  // Components are built with the server: a field that it does not know is a bug that should show.
  const fieldValidation = 'Strict' as const;
  const common = { kind: kindOf(kinds, resourceOf(operation)), namespace, name, user, fieldManager, fieldValidation };
  switch (operation.verb) {
    case 'create': {
      // The name is part of the URL only below an object.
      const { subresource, object } = operation;
      return { ...common, verb: 'create', body: object, subresource, name: subresource ? name : undefined };
    }
    case 'update':
      return { ...common, verb: 'update', body: operation.object, subresource: operation.subresource };
    case 'patch': {
      const body = withPreconditions(operation.patch, operation.preconditions);
      return { ...common, verb: 'patch', patchType: 'merge', body, subresource: operation.subresource };
    }
    case 'delete': {
      const { preconditions, gracePeriodSeconds, propagationPolicy } = operation;
      return { ...common, verb: 'delete', options: { preconditions, gracePeriodSeconds, propagationPolicy } };
    }
    case 'bind': {
      const metadata = { ...operation.preconditions, name, namespace };
      const body = { metadata, target: { kind: 'Node', name: operation.node } };
      return { ...common, verb: 'create', subresource: 'binding', body };
    }
  }
}

export function resourceOf(operation: WriteOperation): string {
  return 'key' in operation ? operation.key.resource : operation.resource;
}

export function kindOf(kinds: KindRegistry, resource: string): KindDefinition {
  const kind = kinds.byResource(resource);
  if (!kind) throw unknownResource();
  return kind;
}

/** A uid or resourceVersion in the patched object is a precondition like any other. */
function withPreconditions(patch: Record<string, unknown>, preconditions: Preconditions | undefined) {
  if (!preconditions) return patch;
  return { ...patch, metadata: { ...(patch.metadata as object | undefined), ...preconditions } };
}
