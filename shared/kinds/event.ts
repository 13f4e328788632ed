import type { Event } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { eventColumns } from './event/printer.ts';
import { validateEvent } from './event/validate.ts';

export default defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: 'CoreV1Event',
  deletion: { defaultPropagation: 'Unsupported' },
  createOnUpdate: true,
  strategy: { validate: validateEvent },
  columns: eventColumns,
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject?.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject?.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject?.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject?.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    // Clients of either generation of the API find the reporter under either name.
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
  quota: { isExempt: true },
  storage: { shard: 'events', ttlSeconds: (settings) => settings.eventTTLSeconds },
});
