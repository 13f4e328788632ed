import type { Change } from '../store/store.ts';
import { type Audience, type SharedChange, sharedChange } from './audience.ts';
import type { StatePart, WatchAttachment, WatchedObject } from './watcher.ts';

/** Events of forms that somebody outside makes, who may be slow, or broken. */
export interface OutsideForms {
  /** Equal for watches whose events are made of the same answers; undefined where nobody has to be asked. */
  formOf(attachment: Readonly<WatchAttachment>): string | undefined;
  /** States in the form of this watch, in the same order. A StatusError is told to the watches that wait, and ends them. */
  convert(attachment: Readonly<WatchAttachment>, states: readonly WatchedObject[]): Promise<WatchedObject[]>;
  /** As `readState` of the hub. */
  readState(attachment: Readonly<WatchAttachment>): Promise<StatePart>;
}

/** Texts of states that are asked about together, in UTF-16 units; one change goes through however large it is. */
const askedUnits = 1024 * 1024;

/** The changes at the beginning of these that are asked about together. */
export function askedTogether(changes: readonly Change[]): readonly Change[] {
  let units = 0;
  const end = changes.findIndex(({ json, previous = '' }, index) => {
    units += json.length + previous.length;
    return index > 0 && units > askedUnits;
  });
  return end < 0 ? changes : changes.slice(0, end);
}

/**
 * Changes in the form of these audiences: of those that concern none of them nothing is asked. The state before a change
 * is needed only where a selector may have left it out.
 */
export async function convertedChanges<Member>(
  changes: readonly Change[],
  audiences: readonly Audience<Member>[],
  convert: (states: readonly WatchedObject[]) => Promise<WatchedObject[]>,
): Promise<SharedChange[]> {
  const isSelective = audiences.some((audience) => audience.isSelective);
  const raw = changes
    .filter((change) => audiences.some((audience) => audience.concerns(change)))
    .map((change) => sharedChange(change));
  const asked = raw.flatMap(({ change, object, previous }) =>
    isSelective && previous && change.type === 'MODIFIED' ? [object, previous] : [object],
  );
  const answers = (asked.length > 0 ? await convert(asked) : []).values();
  const next = () => answers.next().value!;
  return raw.map(({ change, previous }) => {
    const object = next();
    if (!previous) return sharedChange(change, { object });
    return sharedChange(change, { object, previous: isSelective && change.type === 'MODIFIED' ? next() : object });
  });
}
