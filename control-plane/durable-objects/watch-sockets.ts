import type { WatchHub } from '../watch/hub.ts';
import { type WatchAttachment, type Watcher, watchClose } from '../watch/watcher.ts';

/** Tag of the hibernatable sockets that carry watches, among others of the same object. */
export const watchTag = 'watch';

/**
 * Binds a hub to the hibernatable WebSockets of a Durable Object: whatever a watch needs is in its socket's attachment,
 * so the object may be evicted while thousands are open. The object forwards its socket events here.
 */
export interface WatchSockets {
  /**
   * Starts a watch on a new socket and returns the client's end. Throws the errors of `WatchHub.add`.
   */
  open(attachment: WatchAttachment): WebSocket;
  /** The other end acknowledges: the message is a decimal count of UTF-16 units. */
  message(socket: WebSocket, message: string | ArrayBuffer): void;
  /** The socket has closed or failed. */
  closed(socket: WebSocket): void;
}

/** Also takes up the watches of the sockets that are already there, as after hibernation. */
export function bindWatchSockets(ctx: DurableObjectState, hub: WatchHub): WatchSockets {
  const watchers = new WeakMap<WebSocket, Watcher>();
  const bind = (socket: WebSocket, attachment: WatchAttachment) => {
    const watcher = socketWatcher(socket, attachment);
    hub.add(watcher);
    watchers.set(socket, watcher);
  };

  for (const socket of ctx.getWebSockets(watchTag)) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    bind(socket, socket.deserializeAttachment() as WatchAttachment);
  }

  return {
    open(attachment) {
      const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
      ctx.acceptWebSocket(server, [watchTag]);
      try {
        server.serializeAttachment(attachment);
        bind(server, attachment);
      } catch (error) {
        server.close(1011, 'the watch could not be started');
        throw error;
      }
      return client;
    },
    message(socket, message) {
      const watcher = watchers.get(socket);
      const units = typeof message === 'string' ? Number(message) : Number.NaN;
      if (watcher && Number.isSafeInteger(units) && units > 0) hub.acknowledge(watcher, units);
    },
    closed(socket) {
      const watcher = watchers.get(socket);
      if (watcher) hub.remove(watcher);
      // Completes the closing handshake, which the platform leaves to the hibernatable end.
      socket.close(watchClose.done);
    },
  };
}

function socketWatcher(socket: WebSocket, initial: WatchAttachment): Watcher {
  let attachment = initial;
  return {
    get attachment() {
      return attachment;
    },
    send: (text) => socket.send(text),
    save: (next) => {
      attachment = next;
      socket.serializeAttachment(next);
    },
    close: (code, reason) => socket.close(code, reason),
  };
}
