import type { KubernetesObject } from '../../../shared/api/object.ts';
import { applyUpdateManagers, serverSideApply } from '../../../shared/api/structured-merge/index.ts';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';
import type { WriteContext } from './write-context.ts';

/** Fields that are no part of any resource's own content. */
const commonFields = ['apiVersion', 'kind', 'metadata', 'status'];

export interface FieldWrite {
  /** Stored state; absent on create. */
  live?: KubernetesObject;
  subresource?: string;
}

/**
 * Records in `object.metadata.managedFields` what a create, update or patch sets; both states are in the form in which
 * the client sees them. Called before admission and the strategy: what those fill in belongs to nobody.
 */
export function trackUpdate(
  context: WriteContext,
  object: KubernetesObject,
  { live, subresource }: FieldWrite = {},
): void {
  const managedFields = applyUpdateManagers({ ...common(context, subresource), live, updated: object });
  if (managedFields) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
}

/** What a server-side apply makes of the live object, not decoded and defaulted yet. Throws 409 on conflicts. */
export function applyFields(
  context: WriteContext,
  applied: KubernetesObject,
  { live, subresource, force }: FieldWrite & { force: boolean },
): ReturnType<typeof serverSideApply> {
  return serverSideApply({ ...common(context, subresource), live, applied, force });
}

function common(context: WriteContext, subresource: string | undefined) {
  const { served: kind, options, strategy } = context;
  return {
    schema: schemaOf(kind),
    manager: options.fieldManager,
    apiVersion: apiVersionOf(kind),
    subresource,
    now: strategy.now,
    resetFields: resetFields(context, subresource),
  };
}

/** What a write through this endpoint cannot change and so does not own. */
function resetFields({ served: kind }: WriteContext, subresource: string | undefined): string[] {
  if (subresource === 'status') {
    return Object.keys(schemaOf(kind).fields).filter((field) => !commonFields.includes(field));
  }
  return kind.subresources?.status ? ['status'] : [];
}
