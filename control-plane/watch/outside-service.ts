import { hasReason, StatusError } from '../../shared/api/errors.ts';
import type { Store } from '../store/store.ts';
import type { Audience, SharedChange } from './audience.ts';
import type { Deliveries, Member } from './deliveries.ts';
import { askedTogether, convertedChanges, type OutsideForms } from './outside.ts';
import { Turns } from './turns.ts';
import type { Watcher } from './watcher.ts';

export interface OutsideServiceDeps {
  outside: OutsideForms;
  store: Pick<Store, 'changes'>;
  deliveries: Deliveries;
  members: ReadonlyMap<Watcher, Member>;
  audiences: ReadonlyMap<string, Audience<Member>>;
  /** Ends the watches that the log has left behind. */
  closeExpired(): void;
  /** Changes have gone past watches that they did not concern. */
  onPassed(): void;
  onError(error: unknown): void;
}

/** Changes that are read at a time: each may be a question. */
const batch = 100;

/** Serves the watches whose events somebody outside makes; what is sent after a wait is for those who are there by then. */
export class OutsideService {
  readonly #deps: OutsideServiceDeps;
  readonly #turns: Turns;
  #turn = 0;

  constructor(deps: OutsideServiceDeps) {
    this.#deps = deps;
    this.#turns = new Turns({
      isDue: (form) => this.#longestWaiting(form) !== undefined,
      serve: (form) => this.#serve(form),
      onError: deps.onError,
    });
  }

  /** Sees to it that watches of this form get what they have not had. */
  start(form: string): void {
    this.#turns.start(form);
  }

  #longestWaiting(form: string): Member | undefined {
    const { members, deliveries, outside } = this.#deps;
    let found: Member | undefined;
    for (const member of members.values()) {
      if (found && member.turn >= found.turn) continue;
      if (deliveries.isBehind(member) && outside.formOf(member.watcher.attachment) === form) found = member;
    }
    return found;
  }

  async #serve(form: string): Promise<void> {
    this.#deps.closeExpired();
    const member = this.#longestWaiting(form);
    if (!member) return;
    member.turn = ++this.#turn;
    if (member.watcher.attachment.state) await this.#sendState(member);
    else await this.#sendChanges(form, member);
  }

  async #sendState(member: Member): Promise<void> {
    const { outside, members, deliveries } = this.#deps;
    const { watcher } = member;
    const { attachment } = watcher;
    try {
      const part = await outside.readState(attachment);
      const isThere = members.has(watcher) && watcher.attachment === attachment;
      if (isThere) deliveries.sendPart(member, attachment, part);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (hasReason(error, 'Expired')) deliveries.expire(member);
      else deliveries.fail(member, error);
    }
  }

  async #sendChanges(form: string, { position: after, watcher }: Member): Promise<void> {
    const { attachment } = watcher;
    const { outside, store, deliveries, onPassed } = this.#deps;
    const { changes, revision: read } = store.changes({ after, resources: [attachment.resource], limit: batch });
    const together = askedTogether(changes);
    const revision = together.length === changes.length ? read : together.at(-1)!.revision;
    const isServed = (one: Member) => deliveries.isWithin(one, { after, revision });
    const audiences = [...this.#deps.audiences.values()].filter(
      ({ filter, members }) => outside.formOf(filter) === form && [...members].some(isServed),
    );
    let shared: SharedChange[];
    try {
      shared = await convertedChanges(together, audiences, (states) => outside.convert(attachment, states));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const hit = audiences.filter((audience) => together.some((change) => audience.concerns(change)));
      for (const one of hit.flatMap(({ members }) => [...members])) if (isServed(one)) deliveries.fail(one, error);
      return;
    }
    for (const audience of audiences) deliveries.deliver(audience, shared, { after, revision });
    onPassed();
  }
}
