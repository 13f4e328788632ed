import { expired, hasReason, StatusError } from '../../shared/api/errors.ts';
import type { Store } from '../store/store.ts';
import { Audience, type EventEncoder, type Matcher, type SharedChange, sharedChange } from './audience.ts';
import { cutFrames, frame, type Line } from './frame.ts';
import { askedTogether, convertedChanges, type OutsideForms, Turns } from './outside.ts';
import { assertAttachmentFits, type StatePart, type WatchAttachment, type Watcher, watchClose } from './watcher.ts';

export interface WatchHubDeps {
  store: Pick<Store, 'changes' | 'onCommit' | 'revision' | 'compactedRevision'>;
  /** Compiles the selectors of a watch; called once for all watches that are alike. */
  matcherFor(attachment: Readonly<WatchAttachment>): Matcher;
  /** The next part of the state that a watch begins with, of bounded size. Throws `Expired` when the log has left it behind. */
  readState(attachment: Readonly<WatchAttachment>): StatePart;
  /** Turns an object into the event that a format asks for. */
  encode: EventEncoder;
  /** Forms that take an answer from outside; absent: there are none. */
  outside?: OutsideForms;
  /** Runs something once after this many milliseconds: `setTimeout`. */
  schedule(run: () => void, delayMs: number): void;
  /** What a flush throws: a bug, or a database in trouble. The watchers stay where they are. */
  onError(error: unknown): void;
  options?: Partial<WatchHubOptions>;
}

export interface WatchHubOptions {
  /** How long commits are collected before they go out together. */
  flushDelayMs: number;
  /** Changes read from the store at a time; the thread is given up in between. */
  batch: number;
  /** A frame is cut once it has this many UTF-16 units. */
  frameUnits: number;
  /** A watcher that has not acknowledged this many units gets nothing more until it does. */
  windowUnits: number;
  /** How long after a commit those watchers hear of its revision that it brought no event. */
  progressMs: number;
}

const defaults: WatchHubOptions = {
  flushDelayMs: 5,
  batch: 500,
  frameUnits: 512 * 1024,
  windowUnits: 2 * 1024 * 1024,
  progressMs: 5000,
};

interface Member {
  readonly watcher: Watcher;
  readonly audience: Audience<Member>;
  /** All changes up to this revision have been sent or did not concern it. Its attachment may lag behind. */
  position: number;
  /** Sent and not yet acknowledged, in UTF-16 units. */
  unacknowledged: number;
  /** When somebody outside was last asked for it: whoever has waited longest is next. */
  turn: number;
}

/**
 * Brings committed changes to watches. Level-triggered: a commit only asks for a flush, which reads from the store what
 * each watcher has not had yet. Nothing is queued here, so a hub that is evicted loses nothing, and one that comes up
 * again after hibernation serves the watchers that are given to `add` from where their attachments say.
 *
 * Invariants: an attachment is saved with each frame and says what that frame says; the revisions of a watcher's frames
 * never fall; a watcher outside its window is not read for, and one that the log has left behind gets the ERROR event
 * `Expired` and is closed.
 */
export class WatchHub {
  readonly #deps: WatchHubDeps;
  readonly #options: WatchHubOptions;
  readonly #audiences = new Map<string, Audience<Member>>();
  readonly #members = new Map<Watcher, Member>();
  readonly #turns: Turns;
  #turn = 0;
  #isFlushDue = false;
  #isProgressDue = false;

  constructor(deps: WatchHubDeps) {
    this.#deps = deps;
    this.#options = { ...defaults, ...deps.options };
    this.#turns = new Turns({
      isDue: (form) => this.#longestWaiting(form) !== undefined,
      serve: (form) => this.#serveOutside(form),
      onError: deps.onError,
    });
    deps.store.onCommit(() => this.#wake(this.#options.flushDelayMs));
  }

  /** How many watches there are. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * Starts or resumes a watch: with what is left of the state that its attachment asks for, and then with what has
   * happened after `attachment.revision`.
   * Throws StatusError for selectors that do not parse and RangeError for an attachment that is too large.
   */
  add(watcher: Watcher): void {
    const { attachment } = watcher;
    assertAttachmentFits(attachment);
    const member = {
      watcher,
      audience: this.#audienceOf(attachment),
      position: attachment.revision,
      unacknowledged: 0,
      turn: 0,
    };
    member.audience.members.add(member);
    this.#members.set(watcher, member);
    if (attachment.state && this.#formOf(member) === undefined) this.#sendState(member);
    if (this.#isBehind(member)) this.#wake(0);
  }

  /** The watcher's socket is closed, or its client has gone. */
  remove(watcher: Watcher): void {
    const member = this.#members.get(watcher);
    if (!member) return;
    this.#members.delete(watcher);
    member.audience.members.delete(member);
    if (member.audience.members.size === 0) this.#audiences.delete(Audience.id(watcher.attachment));
  }

  /** The other end has passed this many UTF-16 units of frames on to its client. */
  acknowledge(watcher: Watcher, units: number): void {
    const member = this.#members.get(watcher);
    if (!member) return;
    member.unacknowledged = Math.max(0, member.unacknowledged - units);
    if (this.#isBehind(member)) this.#wake(0);
  }

  /** Ends all watches, as when the cluster is deleted. */
  closeAll(reason: string): void {
    for (const member of [...this.#members.values()]) this.#close(member, watchClose.done, reason);
  }

  #audienceOf(attachment: Readonly<WatchAttachment>): Audience<Member> {
    const id = Audience.id(attachment);
    let audience = this.#audiences.get(id);
    if (!audience) {
      audience = new Audience(attachment, this.#deps.matcherFor(attachment));
      this.#audiences.set(id, audience);
    }
    return audience;
  }

  #wake(delayMs: number): void {
    if (this.#isFlushDue || this.#members.size === 0) return;
    this.#isFlushDue = true;
    this.#later(delayMs, () => {
      this.#isFlushDue = false;
      if (this.#flush()) this.#wake(0);
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.#deps.schedule(() => {
      try {
        run();
      } catch (error) {
        this.#deps.onError(error);
      }
    }, delayMs);
  }

  /** Sends the next batch to all who are behind. True when there is more to send. */
  #flush(): boolean {
    this.#closeExpired();
    const behind: Member[] = [];
    let isMore = false;
    for (const member of [...this.#members.values()]) {
      if (!this.#isBehind(member)) continue;
      const form = this.#formOf(member);
      if (form !== undefined) this.#turns.start(form);
      else if (!member.watcher.attachment.state) behind.push(member);
      else {
        this.#sendState(member);
        isMore ||= this.#isBehind(member);
      }
    }
    if (behind.length === 0) return isMore;
    const after = behind.reduce((least, { position }) => Math.min(least, position), Infinity);
    const { changes, revision } = this.#deps.store.changes({
      after,
      resources: [...new Set(behind.map(({ watcher }) => watcher.attachment.resource))],
      limit: this.#options.batch,
    });
    const shared = changes.map((change) => sharedChange(change));
    for (const audience of new Set(behind.map((member) => member.audience)))
      this.#deliver(audience, shared, { after, revision });
    this.#reportProgressLater();
    return isMore || revision < this.#deps.store.revision;
  }

  /** Sends one part of the state that a watch begins with. */
  #sendState(member: Member): void {
    const { attachment } = member.watcher;
    try {
      this.#sendPart(member, attachment, this.#deps.readState(attachment));
    } catch (error) {
      if (!hasReason(error, 'Expired')) throw error;
      this.#expire(member);
    }
  }

  /** Frames of the state tell no revision: until its end there is none to resume from. */
  #sendPart(member: Member, { state, ...rest }: Readonly<WatchAttachment>, { events, next }: StatePart): void {
    if (!state) return;
    const lines = events.map((event) => ({ event, revision: 0 }));
    const end = next === undefined ? rest.revision : 0;
    const frames = cutFrames(lines, end, this.#options.frameUnits);
    this.#deliverFrames(member, frames, next === undefined ? rest : { ...rest, state: { ...state, next } });
  }

  #formOf({ watcher }: Member): string | undefined {
    return this.#deps.outside?.formOf(watcher.attachment);
  }

  #longestWaiting(form: string): Member | undefined {
    let found: Member | undefined;
    for (const member of this.#members.values()) {
      if (found && member.turn >= found.turn) continue;
      if (this.#isBehind(member) && this.#formOf(member) === form) found = member;
    }
    return found;
  }

  /** Takes up the watch that has waited longest; what is sent after the wait is for those who are there by then. */
  async #serveOutside(form: string): Promise<void> {
    this.#closeExpired();
    const { outside } = this.#deps;
    const member = this.#longestWaiting(form);
    if (!member || !outside) return;
    member.turn = ++this.#turn;
    if (member.watcher.attachment.state) await this.#sendStateFrom(outside, member);
    else await this.#sendChangesFrom(outside, form, member);
  }

  async #sendStateFrom(outside: OutsideForms, member: Member): Promise<void> {
    const { attachment } = member.watcher;
    try {
      const part = await outside.readState(attachment);
      const isThere = this.#members.has(member.watcher) && member.watcher.attachment === attachment;
      if (isThere) this.#sendPart(member, attachment, part);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (hasReason(error, 'Expired')) this.#expire(member);
      else this.#fail(member, error);
    }
  }

  async #sendChangesFrom(outside: OutsideForms, form: string, { position, watcher }: Member): Promise<void> {
    const { attachment } = watcher;
    const { store } = this.#deps;
    const { resource } = attachment;
    const { changes, revision: read } = store.changes({ after: position, resources: [resource], limit: 100 });
    const together = askedTogether(changes);
    const revision = together.length === changes.length ? read : together.at(-1)!.revision;
    const isServed = (one: Member) => this.#isWithin(one, { after: position, revision });
    const audiences = [...this.#audiences.values()].filter(({ members }) => {
      const some = [...members];
      return some.some(isServed) && this.#formOf(some[0]!) === form;
    });
    let shared: SharedChange[];
    try {
      shared = await convertedChanges(together, audiences, (states) => outside.convert(attachment, states));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const hit = audiences.filter((audience) => together.some((change) => audience.concerns(change)));
      for (const one of hit.flatMap(({ members }) => [...members])) if (isServed(one)) this.#fail(one, error);
      return;
    }
    for (const audience of audiences) this.#deliver(audience, shared, { after: position, revision });
    this.#reportProgressLater();
  }

  /** Sends an audience what its members have not had of these changes; those that are equally far get the very same strings. */
  #deliver(
    audience: Audience<Member>,
    changes: readonly SharedChange[],
    { after, revision }: { after: number; revision: number },
  ): void {
    const lines: Line[] = [];
    for (const shared of changes) {
      const event = audience.event(shared, this.#deps.encode);
      if (event !== undefined) lines.push({ event, revision: shared.change.revision });
    }
    const framesAfter = new Map<number, string[]>();
    for (const member of [...audience.members]) {
      const { position } = member;
      if (!this.#isWithin(member, { after, revision })) continue;
      let frames = framesAfter.get(position);
      if (!frames) {
        const missing = lines.filter((line) => line.revision > position);
        frames = cutFrames(missing, revision, this.#options.frameUnits);
        framesAfter.set(position, frames);
      }
      this.#send(member, frames, revision);
    }
  }

  /** Has had everything up to `after` and not up to `revision`, and may be sent what is in between. */
  #isWithin(member: Member, { after, revision }: { after: number; revision: number }): boolean {
    const { position, watcher } = member;
    return position >= after && position < revision && !watcher.attachment.state && this.#isBehind(member);
  }

  #isBehind(member: Member): boolean {
    const { store } = this.#deps;
    const isWaiting = member.watcher.attachment.state !== undefined || member.position < store.revision;
    return isWaiting && member.unacknowledged < this.#options.windowUnits;
  }

  #send(member: Member, frames: readonly string[], revision: number): void {
    member.position = revision;
    if (frames.length > 0) this.#deliverFrames(member, frames, { ...member.watcher.attachment, revision });
  }

  #deliverFrames(member: Member, frames: readonly string[], attachment: WatchAttachment): void {
    const { watcher } = member;
    try {
      for (const text of frames) {
        watcher.send(text);
        member.unacknowledged += text.length;
      }
      watcher.save(attachment);
    } catch {
      // The other end has gone; its client resumes with a watch of its own.
      this.remove(watcher);
    }
  }

  /** Tells the quiet ones, once for all the commits of a while. */
  #reportProgressLater(): void {
    if (this.#isProgressDue) return;
    this.#isProgressDue = true;
    this.#later(this.#options.progressMs, () => {
      this.#isProgressDue = false;
      for (const member of [...this.#members.values()]) {
        if (member.watcher.attachment.revision >= member.position) continue;
        this.#send(member, [frame(member.position, [])], member.position);
      }
    });
  }

  #closeExpired(): void {
    const { compactedRevision } = this.#deps.store;
    for (const member of [...this.#members.values()]) {
      if (member.position < compactedRevision) this.#expire(member);
    }
  }

  #expire(member: Member): void {
    const { compactedRevision } = this.#deps.store;
    const status = expired(`too old resource version: ${member.position} (${compactedRevision})`);
    this.#sendError(member, status);
    this.#close(member, watchClose.expired, 'too old resource version');
  }

  #fail(member: Member, error: StatusError): void {
    this.#sendError(member, error);
    this.#close(member, watchClose.failed, 'the events of the watch could not be made');
  }

  #sendError(member: Member, error: StatusError): void {
    const event = JSON.stringify({ type: 'ERROR', object: error.toStatus() });
    this.#send(member, [frame(member.position, [event])], member.position);
  }

  #close({ watcher }: Member, code: number, reason: string): void {
    this.remove(watcher);
    try {
      watcher.close(code, reason);
    } catch {
      // Closed already.
    }
  }
}
