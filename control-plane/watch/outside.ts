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

export interface TurnsDeps {
  /** Some watch of this form has not had everything. */
  isDue(form: string): boolean;
  /** Serves one watch of this form, and those that can be served with it. */
  serve(form: string): Promise<void>;
  onError(error: unknown): void;
}

/** Forms that are served at the same time: the platform opens few connections at once, and others need them, too. */
const atOnce = 4;

/** Forms take turns, each one question at a time: what waits for an answer is bounded, and none waits for more than a few others. */
export class Turns {
  readonly #deps: TurnsDeps;
  readonly #started = new Set<string>();
  readonly #queue: string[] = [];
  #running = 0;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Serves a form until nothing of it is due. */
  start(form: string): void {
    if (this.#started.has(form)) return;
    this.#started.add(form);
    this.#queue.push(form);
    this.#fill();
  }

  #fill(): void {
    while (this.#running < atOnce) {
      const form = this.#queue.shift();
      if (form === undefined) return;
      if (this.#deps.isDue(form)) void this.#run(form);
      else this.#started.delete(form);
    }
  }

  async #run(form: string): Promise<void> {
    this.#running++;
    try {
      await this.#deps.serve(form);
      this.#queue.push(form);
    } catch (error) {
      // Its watches stay where they are until somebody wakes them again.
      this.#started.delete(form);
      this.#deps.onError(error);
    } finally {
      this.#running--;
      this.#fill();
    }
  }
}
