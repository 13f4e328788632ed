import { bindWatchSockets, type WatchSockets } from '../../control-plane/durable-objects/watch-sockets.ts';
import { WatchHub } from '../../control-plane/watch/hub.ts';
import { plainEvent, type WatchAttachment } from '../../control-plane/watch/watcher.ts';
import { StoreObject } from './store-object.ts';

/** The store object with watches: `GET /?name=N&revision=R` with an upgrade. */
export class WatchObject extends StoreObject {
  readonly hub: WatchHub;
  readonly sockets: WatchSockets;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.hub = new WatchHub({
      store: this.store,
      matcherFor: () => () => true,
      readState: () => ({ events: [] }),
      encode: plainEvent,
      schedule: (run, delayMs) => setTimeout(run, delayMs),
      onError: (error) => console.error('watch flush failed', error),
      options: { progressMs: 50 },
    });
    this.sockets = bindWatchSockets(ctx, this.hub);
  }

  override async fetch(request: Request): Promise<Response> {
    const parameters = new URL(request.url).searchParams;
    const attachment: WatchAttachment = {
      resource: 'pods',
      name: parameters.get('name') ?? undefined,
      format: 'json',
      revision: Number(parameters.get('revision')),
    };
    return new Response(null, { status: 101, webSocket: this.sockets.open(attachment) });
  }

  compact(): void {
    this.store.compact({ beforeMs: Date.now() + 1, keepRows: 0 });
  }

  watches(): number {
    return this.hub.size;
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.sockets.message(socket, message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.sockets.closed(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.sockets.closed(socket);
  }
}
