import type { Event, EventsV1Event } from '../api/object.ts';
import { toCore, toEventsV1 } from './event/events-v1.ts';
import { validateEventUpdate, validateNewEvent } from './event/validate-events-v1.ts';
import event from './event.ts';
import { defineServedForm } from './served-form.ts';

/** The Events of `events.k8s.io`: the same objects as those of the core group. */
export default defineServedForm<EventsV1Event, Event>(event, {
  group: 'events.k8s.io',
  version: 'v1',
  schema: 'EventsV1Event',
  validateCreate: validateNewEvent,
  validateUpdate: validateEventUpdate,
  selectableFields: {
    'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding?.name ?? '',
    'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
  toServed: toEventsV1,
  toStored: toCore,
});
