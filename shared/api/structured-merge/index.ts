/** Server-side apply and the tracking of field ownership. */

export { type ServerSideApplyInput, type ServerSideApplyResult, serverSideApply } from './apply.ts';
export { areReadable } from './managed-fields.ts';
export { mergeObjects } from './merge-objects.ts';
export { applyUpdateManagers, type UpdateManagersInput } from './update.ts';
