import type { StoredObject, StoreReader } from '../../../store/store.ts';
import type { CreateRequest, PatchRequest, Target, UpdateRequest, WriteOutcome } from '../registry.ts';
import type { WriteContext } from '../write-context.ts';

/** The verbs that a subresource answers; an absent one is 405. */
export interface Subresource {
  get?(reader: StoreReader, target: Target & { name: string }): StoredObject;
  create?(context: WriteContext, request: CreateRequest & { name: string }): WriteOutcome;
  update?(context: WriteContext, request: UpdateRequest): WriteOutcome;
  patch?(context: WriteContext, request: PatchRequest): WriteOutcome;
}
