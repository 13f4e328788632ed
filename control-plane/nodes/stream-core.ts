import type { StreamHead } from '../../shared/protocol/messages.ts';

/** One end of a stream, as its host presents it. */
export interface StreamSocket {
  /** May throw when the other end is gone. */
  send(data: string | ArrayBuffer): void;
  close(code: number, reason: string): void;
}

export type StreamEnd = 'client' | 'node';

export interface StreamDeps {
  /** The open sockets of an end. */
  sockets(end: StreamEnd): readonly StreamSocket[];
}

/**
 * Where a client's stream and its node meet (rule P12). It keeps nothing: the client's end is there before the node is
 * asked to dial, frames go through in both directions, and the close of one end is the close of the other.
 */
export class StreamCore {
  readonly #deps: StreamDeps;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  /** Whether this end may connect now: one client first, then one node. */
  mayConnect(end: StreamEnd): boolean {
    const hasClient = this.#deps.sockets('client').length > 0;
    return end === 'client' ? !hasClient : hasClient && this.#deps.sockets('node').length === 0;
  }

  message(from: StreamEnd, data: string | ArrayBuffer): void {
    for (const socket of this.#others(from)) attempt(() => socket.send(data));
  }

  closed(from: StreamEnd): void {
    for (const socket of this.#others(from)) attempt(() => socket.close(1000, `${from} closed`));
  }

  /** The node cannot serve the stream: the client gets code and text. */
  fail(head: StreamHead): void {
    for (const socket of this.#deps.sockets('client')) {
      attempt(() => socket.send(JSON.stringify(head)));
      attempt(() => socket.close(1000, 'refused by the node'));
    }
  }

  #others(end: StreamEnd): readonly StreamSocket[] {
    return this.#deps.sockets(end === 'client' ? 'node' : 'client');
  }
}

/** A socket that has closed meanwhile has nothing more to hear. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Its close event tells the other end.
  }
}
