import type { JsonObject } from '../../api/json.ts';

export interface Parameter {
  name: string;
  in: 'query' | 'path';
  description: string;
  type: 'string' | 'boolean' | 'integer';
}

export function queryParameter(name: string, type: Parameter['type'], description: string): Parameter {
  return { name, in: 'query', type, description };
}

const dryRun = queryParameter(
  'dryRun',
  'string',
  'With the value `All` the request is processed and answered but not persisted.',
);
const fieldManager = queryParameter(
  'fieldManager',
  'string',
  'Who makes the change, at most 128 printable characters.',
);
const fieldValidation = queryParameter(
  'fieldValidation',
  'string',
  'What becomes of unknown and duplicate fields: `Ignore` drops them, `Warn` (the default) drops them and warns, ' +
    '`Strict` refuses the request.',
);
const labelSelector = queryParameter('labelSelector', 'string', 'Only objects whose labels match.');
const fieldSelector = queryParameter('fieldSelector', 'string', 'Only objects whose selectable fields match.');
const limit = queryParameter(
  'limit',
  'integer',
  'The most objects to return at once; the rest is read with `continue`.',
);
const next = queryParameter('continue', 'string', 'The value of `metadata.continue` of the page before.');
const resourceVersion = queryParameter(
  'resourceVersion',
  'string',
  'The state of the cluster to read, or to watch from.',
);
const resourceVersionMatch = queryParameter(
  'resourceVersionMatch',
  'string',
  'How `resourceVersion` is meant: `Exact` or `NotOlderThan`.',
);
const sendInitialEvents = queryParameter(
  'sendInitialEvents',
  'boolean',
  'A watch begins with the present objects and a bookmark.',
);
const timeoutSeconds = queryParameter('timeoutSeconds', 'integer', 'How long a list or a watch may take.');
const gracePeriodSeconds = queryParameter(
  'gracePeriodSeconds',
  'integer',
  'Seconds that the object is given to end. Zero: at once.',
);
const orphanDependents = queryParameter('orphanDependents', 'boolean', 'Deprecated: use `propagationPolicy`.');
const propagationPolicy = queryParameter(
  'propagationPolicy',
  'string',
  'What becomes of dependents: `Orphan`, `Background` or `Foreground`.',
);

export const pretty = queryParameter('pretty', 'string', 'With `true` the output is indented.');

/** Query parameters by the action that takes them. */
export const parametersOf = {
  connect: [],
  get: [],
  list: [
    queryParameter('allowWatchBookmarks', 'boolean', 'A watch may send events of type BOOKMARK.'),
    next,
    fieldSelector,
    labelSelector,
    limit,
    resourceVersion,
    resourceVersionMatch,
    sendInitialEvents,
    timeoutSeconds,
    queryParameter('watch', 'boolean', 'Send changes as they happen, as a stream of events.'),
  ],
  post: [dryRun, fieldManager, fieldValidation],
  put: [dryRun, fieldManager, fieldValidation],
  patch: [
    dryRun,
    fieldManager,
    fieldValidation,
    queryParameter('force', 'boolean', 'Server-side apply takes over fields that others own.'),
  ],
  delete: [dryRun, gracePeriodSeconds, orphanDependents, propagationPolicy],
  deletecollection: [
    next,
    dryRun,
    fieldSelector,
    gracePeriodSeconds,
    labelSelector,
    limit,
    orphanDependents,
    propagationPolicy,
    resourceVersion,
    resourceVersionMatch,
    timeoutSeconds,
  ],
} as const satisfies Record<string, readonly Parameter[]>;

export type Action = keyof typeof parametersOf;

export function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', type: 'string', description };
}

/** In v2 the type is part of the parameter, in v3 it is a schema. */
export function renderParameter({ name, in: place, description, type }: Parameter, version: 2 | 3): JsonObject {
  const required: JsonObject = place === 'path' ? { required: true } : {};
  const typed: JsonObject = version === 2 ? { type } : { schema: { type } };
  return { name, in: place, description, ...required, ...typed, uniqueItems: true };
}
