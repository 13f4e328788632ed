import { hasReason } from '../../shared/api/errors.ts';
import type { Store } from '../store/store.ts';
import { Audience, type EventEncoder, type Matcher, sharedChange } from './audience.ts';
import { Deliveries, type Member } from './deliveries.ts';
import type { OutsideForms } from './outside.ts';
import { OutsideService } from './outside-service.ts';
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

/**
 * Brings committed changes to watches. Level-triggered: a commit only asks for a flush, which reads from the store what
 * each watcher has not had yet. Nothing is queued here, so a hub that is evicted loses nothing, and one that comes up
 * again after hibernation serves the watchers that are given to `add` from where their attachments say.
 *
 * Invariants: a watcher outside its window is not read for, and one that the log has left behind gets the ERROR event
 * `Expired` and is closed.
 */
export class WatchHub {
  readonly #deps: WatchHubDeps;
  readonly #options: WatchHubOptions;
  readonly #audiences = new Map<string, Audience<Member>>();
  readonly #members = new Map<Watcher, Member>();
  readonly #deliveries: Deliveries;
  readonly #outside: OutsideService | undefined;
  #isFlushDue = false;
  #isProgressDue = false;

  constructor(deps: WatchHubDeps) {
    this.#deps = deps;
    this.#options = { ...defaults, ...deps.options };
    const { store, encode, outside, onError } = deps;
    this.#deliveries = new Deliveries({ store, encode, ...this.#options, remove: (watcher) => this.remove(watcher) });
    this.#outside =
      outside &&
      new OutsideService({
        ...{ outside, store, onError, deliveries: this.#deliveries },
        members: this.#members,
        audiences: this.#audiences,
        closeExpired: () => this.#closeExpired(),
        onPassed: () => this.#reportProgressLater(),
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
    if (this.#deliveries.isBehind(member)) this.#wake(0);
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
    if (this.#deliveries.isBehind(member)) this.#wake(0);
  }

  /** Ends all watches, as when the cluster is deleted. */
  closeAll(reason: string): void {
    for (const member of [...this.#members.values()]) this.#deliveries.close(member, watchClose.done, reason);
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
      if (!this.#deliveries.isBehind(member)) continue;
      const form = this.#formOf(member);
      if (form !== undefined) this.#outside?.start(form);
      else if (!member.watcher.attachment.state) behind.push(member);
      else {
        this.#sendState(member);
        isMore ||= this.#deliveries.isBehind(member);
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
      this.#deliveries.deliver(audience, shared, { after, revision });
    this.#reportProgressLater();
    return isMore || revision < this.#deps.store.revision;
  }

  /** Sends one part of the state that a watch begins with. */
  #sendState(member: Member): void {
    const { attachment } = member.watcher;
    try {
      this.#deliveries.sendPart(member, attachment, this.#deps.readState(attachment));
    } catch (error) {
      if (!hasReason(error, 'Expired')) throw error;
      this.#deliveries.expire(member);
    }
  }

  #formOf({ watcher }: Member): string | undefined {
    return this.#deps.outside?.formOf(watcher.attachment);
  }

  /** Tells the quiet ones, once for all the commits of a while. */
  #reportProgressLater(): void {
    if (this.#isProgressDue) return;
    this.#isProgressDue = true;
    this.#later(this.#options.progressMs, () => {
      this.#isProgressDue = false;
      for (const member of [...this.#members.values()]) this.#deliveries.reportProgress(member);
    });
  }

  #closeExpired(): void {
    const { compactedRevision } = this.#deps.store;
    for (const member of [...this.#members.values()]) {
      if (member.position < compactedRevision) this.#deliveries.expire(member);
    }
  }
}
