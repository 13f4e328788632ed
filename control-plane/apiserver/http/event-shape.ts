import { Buffer } from 'node:buffer';
import type { JsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { encodeWatchEvent } from '../protobuf/watch-event.ts';
import type { Negotiated } from './negotiate.ts';
import { type IncludeObject, partialMetadata, renderTable } from './table.ts';

/** The shape in which one client wants the events of its watch. */
export interface EventShape {
  as: Negotiated['as'];
  isProtobuf: boolean;
  includeObject: IncludeObject;
  kind: Pick<KindDefinition, 'columns'>;
  nowMs(): number;
}

interface WatchEvent {
  type: string;
  object: KubernetesObject;
}

/**
 * Turns frames (lines of watch events, as the cluster encodes them for all watchers) into the bytes that one client
 * asked for. Plain JSON passes through untouched.
 */
export function eventShaper(shape: EventShape): (lines: string) => Uint8Array {
  if (shape.isProtobuf) return protobufShaper(shape);
  const encoder = new TextEncoder();
  if (!shape.as) return (lines) => encoder.encode(lines);
  let isFirst = true;
  const reshape = (line: string): string => {
    const event = JSON.parse(line) as WatchEvent;
    // An ERROR carries a Status, which has no Table form.
    if (event.type === 'ERROR') return line;
    const object = shapeObject(event, isFirst);
    isFirst = false;
    return JSON.stringify({ type: event.type, object });
  };

  function shapeObject({ type, object }: WatchEvent, withColumns: boolean): object {
    if (shape.as === 'PartialObjectMetadata') return partialMetadata(object);
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const objects = type === 'BOOKMARK' ? [] : [object];
    const { kind, includeObject } = shape;
    return renderTable(kind, objects, { includeObject, nowMs: shape.nowMs(), metadata, withColumns });
  }

  return (lines) =>
    encoder.encode(
      linesOf(lines)
        .map((line) => `${reshape(line)}\n`)
        .join(''),
    );
}

function protobufShaper({ as }: EventShape): (lines: string) => Uint8Array {
  return (lines) => {
    const frames = linesOf(lines).map((line) => {
      const { type, object } = JSON.parse(line) as WatchEvent;
      const shown = as === 'PartialObjectMetadata' && type !== 'ERROR' ? partialMetadata(object) : object;
      return encodeWatchEvent(type, shown as JsonObject);
    });
    return Buffer.concat(frames);
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
