import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { StreamCore, type StreamEnd } from '../nodes/stream-core.ts';

/** Where one client's stream meets its node; it stores nothing. */
export class Stream extends DurableObject<Env> {
  readonly #core = new StreamCore({
    sockets: (end) => this.ctx.getWebSockets(end).filter((socket) => socket.readyState === WebSocket.OPEN),
  });

  /** `/client` or `/node`: accepts that end. */
  override async fetch(request: Request): Promise<Response> {
    const end: StreamEnd = new URL(request.url).pathname === '/client' ? 'client' : 'node';
    if (!this.#core.mayConnect(end)) return new Response('there is no such stream', { status: 404 });
    const [theirs, ours] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.ctx.acceptWebSocket(ours, [end]);
    return new Response(null, { status: 101, webSocket: theirs });
  }

  async fail(code: number, message: string): Promise<void> {
    this.#core.fail({ code, contentType: 'text/plain', message });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#core.message(this.#endOf(socket), message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#core.closed(this.#endOf(socket));
    socket.close(1000);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#core.closed(this.#endOf(socket));
  }

  #endOf(socket: WebSocket): StreamEnd {
    return this.ctx.getTags(socket).includes('client') ? 'client' : 'node';
  }
}
