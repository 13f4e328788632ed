import { expired, type StatusError } from '../../shared/api/errors.ts';
import type { Store } from '../store/store.ts';
import type { Audience, EventEncoder, SharedChange } from './audience.ts';
import { cutFrames, frame, type Line } from './frame.ts';
import { type StatePart, type WatchAttachment, type Watcher, watchClose } from './watcher.ts';

/** A watch as its hub knows it. */
export interface Member {
  readonly watcher: Watcher;
  readonly audience: Audience<Member>;
  /** All changes up to this revision have been sent or did not concern it. Its attachment may lag behind. */
  position: number;
  /** Sent and not yet acknowledged, in UTF-16 units. */
  unacknowledged: number;
  /** When somebody outside was last asked for it: whoever has waited longest is next. */
  turn: number;
}

/** Changes after one revision, up to another. */
export interface Stretch {
  after: number;
  revision: number;
}

export interface DeliveriesDeps {
  store: Pick<Store, 'revision' | 'compactedRevision'>;
  encode: EventEncoder;
  frameUnits: number;
  windowUnits: number;
  /** The watch is over. */
  remove(watcher: Watcher): void;
}

/**
 * What is sent to watches. An attachment is saved with each frame and says what that frame says; the revisions of a
 * watcher's frames never fall.
 */
export class Deliveries {
  readonly #deps: DeliveriesDeps;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
  }

  /** There is something for it, and it may be sent more. */
  isBehind({ watcher, position, unacknowledged }: Member): boolean {
    const { store, windowUnits } = this.#deps;
    const isWaiting = watcher.attachment.state !== undefined || position < store.revision;
    return isWaiting && unacknowledged < windowUnits;
  }

  /** Has had everything before this stretch and not all of it, and may be sent the rest. */
  isWithin(member: Member, { after, revision }: Stretch): boolean {
    const { position, watcher } = member;
    return position >= after && position < revision && !watcher.attachment.state && this.isBehind(member);
  }

  /** A part of the state. Its frames tell no revision: until its end there is none to resume from. */
  sendPart(member: Member, { state, ...rest }: Readonly<WatchAttachment>, { events, next }: StatePart): void {
    if (!state) return;
    const lines = events.map((event) => ({ event, revision: 0 }));
    const end = next === undefined ? rest.revision : 0;
    const frames = cutFrames(lines, end, this.#deps.frameUnits);
    this.#sendFrames(member, frames, next === undefined ? rest : { ...rest, state: { ...state, next } });
  }

  /** Sends an audience what its members have not had of these changes; those that are equally far get the very same strings. */
  deliver(audience: Audience<Member>, changes: readonly SharedChange[], stretch: Stretch): void {
    const { encode, frameUnits } = this.#deps;
    const lines: Line[] = [];
    for (const shared of changes) {
      const event = audience.event(shared, encode);
      if (event !== undefined) lines.push({ event, revision: shared.change.revision });
    }
    const framesAfter = new Map<number, string[]>();
    for (const member of [...audience.members]) {
      const { position } = member;
      if (!this.isWithin(member, stretch)) continue;
      let frames = framesAfter.get(position);
      if (!frames) {
        const missing = lines.filter((line) => line.revision > position);
        frames = cutFrames(missing, stretch.revision, frameUnits);
        framesAfter.set(position, frames);
      }
      this.#send(member, frames, stretch.revision);
    }
  }

  /** Tells a quiet one how far things have got. */
  reportProgress(member: Member): void {
    if (member.watcher.attachment.revision >= member.position) return;
    this.#send(member, [frame(member.position, [])], member.position);
  }

  /** The log has left it behind. */
  expire(member: Member): void {
    const { compactedRevision } = this.#deps.store;
    this.#sendError(member, expired(`too old resource version: ${member.position} (${compactedRevision})`));
    this.close(member, watchClose.expired, 'too old resource version');
  }

  /** Its events cannot be made. */
  fail(member: Member, error: StatusError): void {
    this.#sendError(member, error);
    this.close(member, watchClose.failed, 'the events of the watch could not be made');
  }

  close({ watcher }: Member, code: number, reason: string): void {
    this.#deps.remove(watcher);
    try {
      watcher.close(code, reason);
    } catch {
      // Closed already.
    }
  }

  #sendError(member: Member, error: StatusError): void {
    const event = JSON.stringify({ type: 'ERROR', object: error.toStatus() });
    this.#send(member, [frame(member.position, [event])], member.position);
  }

  #send(member: Member, frames: readonly string[], revision: number): void {
    member.position = revision;
    if (frames.length > 0) this.#sendFrames(member, frames, { ...member.watcher.attachment, revision });
  }

  #sendFrames(member: Member, frames: readonly string[], attachment: WatchAttachment): void {
    const { watcher } = member;
    try {
      for (const text of frames) {
        watcher.send(text);
        member.unacknowledged += text.length;
      }
      watcher.save(attachment);
    } catch {
      // The other end has gone; its client resumes with a watch of its own.
      this.#deps.remove(watcher);
    }
  }
}
