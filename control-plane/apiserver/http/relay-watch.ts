import { parseFrame } from '../../watch/frame.ts';
import { protobufWatchType } from '../protobuf/watch-event.ts';
import { bookmark } from './bookmark.ts';
import { eventShaper } from './event-shape.ts';
import { type ClusterRequest, type FrontDeps, forwarded, type ObjectPort } from './front.ts';
import { flowHeaders } from './in-turn.ts';
import { auditHeaders } from './internal-headers.ts';
import { parseListOptions } from './list-options.ts';
import { negotiate } from './negotiate.ts';
import { protobufChoiceOf } from './protobuf-answer.ts';
import type { ResourceRequest } from './request-info.ts';
import { streamFromSocket, streamHeaders } from './socket-stream.ts';
import { parseIncludeObject } from './table.ts';
import { announcedKind } from './watched-kind.ts';

/** A hard bound; the window of unacknowledged frames keeps well-behaved and slow clients alike below it. */
const maxQueuedBytes = 16 * 1024 * 1024;
/** Units of frames that are acknowledged together: few enough messages, well within the sender's window. */
const acknowledgeUnits = 512 * 1024;
/** Frames are acknowledged while no more than this waits for the client. */
const lowQueueBytes = 1024 * 1024;
/** A watch without `timeoutSeconds` ends after 30 to 60 minutes, as Kubernetes' do, so that clients spread out. */
const defaultTimeoutMs = 30 * 60_000;
const maxTimeoutMs = 24 * 3600_000;
const bookmarkIntervalMs = 60_000;
/** What the object has to say to the client besides its events. */
const passedOn = ['warning', auditHeaders.id, flowHeaders.flowSchemaUid, flowHeaders.priorityLevelUid];

/**
 * Holds a client's watch: an HTTP stream towards it, a WebSocket towards the object, which can sleep meanwhile. Frames
 * are acknowledged as the client reads, so that a slow one is waited for and not buffered for; once the log has left it
 * behind it gets 410.
 */
export async function relayWatch(
  deps: FrontDeps,
  object: ObjectPort,
  call: ClusterRequest,
  info: ResourceRequest,
): Promise<Response> {
  const protobuf = protobufChoiceOf(call.request, info);
  const answer = await object.fetch(await forwarded(call, { upgrade: true, accept: protobuf?.accept }));
  const socket = answer.webSocket;
  if (!socket) return answer;
  const kind = announcedKind(answer) ?? deps.kinds.byPath(info.group, info.version, info.resource);
  if (!kind) throw new Error(`the cluster watches ${info.resource}, which this Worker does not know`);
  const options = parseListOptions(call.query);
  const shape = eventShaper({
    kind,
    as: protobuf ? protobuf.as : negotiate(call.request.headers.get('accept')).as,
    isProtobuf: protobuf !== undefined,
    includeObject: parseIncludeObject(call.query),
    nowMs: deps.now,
  });
  let unacknowledged = 0;
  let revision = 0;
  let bookmarks: ReturnType<typeof setInterval> | undefined;
  const { body, push } = streamFromSocket(socket, {
    convert(message) {
      const text = String(message);
      unacknowledged += text.length;
      const frame = parseFrame(text);
      revision = frame.revision;
      return frame.events === '' ? undefined : shape(frame.events);
    },
    onQueue(queuedBytes) {
      if (unacknowledged < acknowledgeUnits || queuedBytes > lowQueueBytes) return;
      socket.send(String(unacknowledged));
      unacknowledged = 0;
    },
    onEnd: () => clearInterval(bookmarks),
    maxQueuedBytes,
    timeoutMs: timeoutOf(options.timeoutSeconds, deps.random),
  });
  if (options.allowWatchBookmarks) {
    bookmarks = setInterval(() => {
      if (revision > 0) push(shape(`${bookmark(kind, revision)}\n`));
    }, bookmarkIntervalMs);
  }
  socket.accept();
  const headers = new Headers(streamHeaders);
  headers.set('content-type', protobuf ? protobufWatchType : 'application/json');
  for (const name of passedOn) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(body, { headers });
}

function timeoutOf(seconds: number | undefined, random: () => number): number {
  if (seconds !== undefined && seconds > 0) return Math.min(seconds * 1000, maxTimeoutMs);
  return defaultTimeoutMs * (1 + random());
}
