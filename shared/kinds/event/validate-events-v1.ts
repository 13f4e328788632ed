import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { Event } from '../../api/object.ts';
import { validateImmutableField } from '../../api/validation.ts';

const types = ['Normal', 'Warning'];
/** What the older form of events has instead of a time and a series. */
const olderFields = ['firstTimestamp', 'lastTimestamp', 'count'] as const;

/** A new event of the new API says nothing in the words of the old one. Fields have the names of the stored form. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors = validateSeries(event);
  if (!event.eventTime) errors.push(required('eventTime'));
  const type = event.type ?? '';
  if (!types.includes(type)) errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  for (const field of olderFields) if (event[field]) errors.push(invalidValue(field, '', 'needs to be unset'));
  if (event.source?.component || event.source?.host) errors.push(invalidValue('source', '', 'needs to be unset'));
  return errors;
}

const fixed = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const;

/** Only the series goes on. */
export function validateEventUpdate(event: Event, old: Event): FieldError[] {
  const isSameSeries = JSON.stringify(event.series ?? null) === JSON.stringify(old.series ?? null);
  return [
    ...(isSameSeries ? [] : validateSeries(event)),
    ...fixed.flatMap((field) => {
      const path = field === 'reportingComponent' ? 'reportingController' : field;
      return validateImmutableField(event[field] || null, old[field] || null, path);
    }),
  ];
}

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
  return errors;
}
