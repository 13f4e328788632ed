import type { Event } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageSince } from '../printing/age.ts';
import { nameColumn } from '../printing/columns.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';

/** Events come in two generations: `firstTimestamp`/`lastTimestamp`/`count`, and `eventTime`/`series`. */
export const eventColumns: TableColumn<Event>[] = [
  {
    name: 'Last Seen',
    type: 'string',
    description: fieldDescriptions['CoreV1Event.lastTimestamp'],
    cell: (event, { nowMs }) => {
      const seen = event.series ? event.series.lastObservedTime : (event.lastTimestamp ?? firstSeen(event));
      return ageSince(seen, nowMs);
    },
  },
  {
    name: 'Type',
    type: 'string',
    description: fieldDescriptions['CoreV1Event.type'],
    cell: (event) => event.type ?? '',
  },
  {
    name: 'Reason',
    type: 'string',
    description: fieldDescriptions['CoreV1Event.reason'],
    cell: (event) => event.reason ?? '',
  },
  { name: 'Object', type: 'string', description: 'The object that this event is about.', cell: target },
  {
    name: 'Subobject',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1ObjectReference.fieldPath'],
    cell: (event) => event.involvedObject?.fieldPath ?? '',
  },
  {
    name: 'Source',
    type: 'string',
    priority: 1,
    description: 'The component reporting this event. Should be a short machine understandable string.',
    cell: source,
  },
  {
    name: 'Message',
    type: 'string',
    description: fieldDescriptions['CoreV1Event.message'],
    cell: (event) => (event.message ?? '').trim(),
  },
  {
    name: 'First Seen',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['CoreV1Event.firstTimestamp'],
    cell: (event, { nowMs }) => ageSince(firstSeen(event), nowMs),
  },
  {
    name: 'Count',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['CoreV1Event.count'],
    cell: (event) => event.series?.count ?? (event.count || 1),
  },
  { ...nameColumn<Event>(), priority: 1 },
];

function firstSeen(event: Event): string | undefined {
  return event.firstTimestamp ?? event.eventTime;
}

function target(event: Event): string {
  const { kind = '', name } = event.involvedObject ?? {};
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return instance ? `${component}, ${instance}` : component;
}
