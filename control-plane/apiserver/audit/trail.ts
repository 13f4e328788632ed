import type { Status } from '../../../shared/api/object.ts';
import type { AccessNotes } from '../auth/access.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type RecordedBody, recordBody } from './bodies.ts';
import {
  type AuditEvent,
  boundedUserAgent,
  microTime,
  type ObjectReference,
  withoutEmpty,
  withoutManagedFields,
} from './event.ts';
import { type AuditConfig, type AuditPolicy, type AuditStage, evaluatePolicy, records } from './policy.ts';
import type { AuditSink } from './sink.ts';

export interface TrailDeps {
  policy: AuditPolicy;
  sink: AuditSink;
  /** Epoch ms. */
  now(): number;
}

/** What is known of a request before anybody asks who sends it. */
export interface TrailStart {
  request: Request;
  info: RequestInfo;
  attributes: RequestAttributes;
  auditID: string;
  /** As the client sent it. */
  requestURI: string;
  sourceIPs: readonly string[];
}

const truncatedAnnotation = 'audit.k8s.io/truncated';
/** Conversations with a node: their answer begins, and ends when somebody has had enough. */
const longRunning: ReadonlySet<string> = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);
const named: ReadonlySet<string> = new Set(['create', 'update']);

/**
 * One request on its way. What it leaves in the log depends on who sends it, so that nothing is kept before `admitted`
 * has been called; then a body is copied only if it has to be recorded.
 */
export class Trail {
  /** Filled by whoever finds out who it is and whether they may. */
  readonly notes: AccessNotes = {};
  /** Filled by whoever has something to say; the first value of a key stays. */
  readonly annotations: Record<string, string> = {};
  readonly #deps: TrailDeps;
  readonly #start: TrailStart;
  readonly #receivedMs: number;
  #config: AuditConfig | undefined;
  #body: Promise<RecordedBody> | undefined;

  constructor(deps: TrailDeps, start: TrailStart) {
    this.#deps = deps;
    this.#start = start;
    this.#receivedMs = deps.now();
  }

  /** The answer to who and whether is in the notes; the body has not been read yet. */
  admitted(): void {
    const { request, info } = this.#start;
    const config = evaluatePolicy(this.#deps.policy, this.notes.user, this.#start.attributes);
    this.#config = config;
    if (config.level === 'None') return;
    const { decision } = this.notes;
    if (decision) {
      this.#annotate('authorization.k8s.io/decision', decision.allowed ? 'allow' : 'forbid');
      this.#annotate('authorization.k8s.io/reason', decision.reason ?? '');
    }
    if (this.notes.user) this.#emit('RequestReceived', this.#receivedMs, {});
    const isWanted = records(config.level, 'Request') || (info.isResource && named.has(info.verb));
    const isDone = this.notes.user === undefined || decision?.allowed === false;
    if (info.isResource && isWanted && !isDone && request.body) this.#body = recordBody(request.clone());
  }

  /** Records the answer. The client gets it at once, with the id that the log knows it by. */
  finish(response: Response): Response {
    // Refused before anybody asked: a path that leads nowhere, a body that is too long.
    if (!this.#config) this.admitted();
    if (this.#config?.level === 'None' || response.status === 101) {
      if (response.status === 101) void this.#record(undefined, 200);
      return response;
    }
    const isWanted = response.status >= 400 || (this.#start.info.isResource && this.#records('RequestResponse'));
    const body = isWanted && response.body ? recordBody(response.clone()) : undefined;
    void this.#record(body, response.status);
    const answer = new Response(response.body, response);
    answer.headers.set('audit-id', this.#start.auditID);
    return answer;
  }

  #annotate(key: string, value: string): void {
    this.annotations[key] ??= value;
  }

  #records(level: AuditConfig['level']): boolean {
    return this.#config !== undefined && records(this.#config.level, level);
  }

  async #record(answer: Promise<RecordedBody> | undefined, code: number): Promise<void> {
    if (this.#config?.level === 'None') return;
    const { info } = this.#start;
    const stageMs = this.#deps.now();
    const [sent, received] = [await this.#body, await answer];
    const status = statusOf(received, code);
    const shown: Partial<AuditEvent> = {
      responseStatus: this.notes.user ? status : { ...status, message: 'Authentication failed, attempted: bearer' },
      objectRef: objectRef(this.#start, contentOf(sent)),
    };
    if (this.#records('Request') && sent) Object.assign(shown, this.#recorded('requestObject', sent));
    if (info.isResource && this.#records('RequestResponse') && received) {
      Object.assign(shown, this.#recorded('responseObject', received));
    }
    const isStream = info.isResource && (info.verb === 'watch' || longRunning.has(info.subresource));
    if (isStream || !this.notes.user) this.#emit('ResponseStarted', stageMs, shown);
    if ((!isStream || code >= 400) && this.notes.user) this.#emit('ResponseComplete', stageMs, shown);
  }

  #recorded(field: 'requestObject' | 'responseObject', body: NonNullable<RecordedBody>): Partial<AuditEvent> {
    if ('truncated' in body) {
      this.#annotate(truncatedAnnotation, 'true');
      return {};
    }
    return { [field]: this.#config?.omitManagedFields ? withoutManagedFields(body.value) : body.value };
  }

  #emit(stage: AuditStage, atMs: number, more: Partial<AuditEvent>): void {
    const config = this.#config;
    if (!config || config.omitStages.has(stage)) return;
    const { request, attributes, auditID, requestURI, sourceIPs } = this.#start;
    const { user, impersonated } = this.notes;
    const userAgent = request.headers.get('user-agent') ?? '';
    this.#deps.sink.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: config.level,
      auditID,
      stage,
      requestURI,
      verb: attributes.verb,
      user: describe(user),
      ...(impersonated ? { impersonatedUser: describe(impersonated.user) } : {}),
      ...(impersonated?.constraint
        ? { authenticationMetadata: { impersonationConstraint: impersonated.constraint } }
        : {}),
      ...(sourceIPs.length > 0 ? { sourceIPs } : {}),
      ...(userAgent ? { userAgent: boundedUserAgent(userAgent) } : {}),
      objectRef: objectRef(this.#start, undefined),
      ...more,
      requestReceivedTimestamp: microTime(this.#receivedMs),
      stageTimestamp: microTime(atMs),
      ...(Object.keys(this.annotations).length > 0 ? { annotations: { ...this.annotations } } : {}),
    });
  }
}

function describe(user: UserInfo | undefined): object {
  if (!user) return {};
  const { name, uid, groups, extra } = user;
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
}

/** What the request is about; a new object's name is in its body. */
function objectRef({ info, attributes }: TrailStart, body: unknown): ObjectReference | undefined {
  if (!info.isResource || 'path' in attributes) return undefined;
  const { resource, namespace, name, subresource, group } = attributes;
  const { version } = info;
  const { uid, resourceVersion, ...own } = metadataOf(body);
  return withoutEmpty({
    resource,
    namespace,
    name: name || (own.name ?? ''),
    uid,
    apiGroup: group,
    apiVersion: version,
    resourceVersion,
    subresource,
  });
}

interface Metadata {
  name?: string;
  uid?: string;
  resourceVersion?: string;
}

function metadataOf(body: unknown): Metadata {
  const metadata = (body as { metadata?: unknown } | null | undefined)?.metadata;
  if (typeof metadata !== 'object' || metadata === null) return {};
  const texts = Object.entries(metadata).filter(([, value]) => typeof value === 'string');
  const { name, uid, resourceVersion } = Object.fromEntries(texts) as Metadata;
  return { name, uid, resourceVersion };
}

function contentOf(body: RecordedBody): unknown {
  return body && 'value' in body ? body.value : undefined;
}

/** A refusal in its own words, anything else as its code. */
function statusOf(answer: RecordedBody, code: number): Partial<Status> & { metadata: object } {
  const value = contentOf(answer) as Status | undefined;
  if (value?.kind !== 'Status') return { metadata: {}, code };
  const { status, message, reason, details } = value;
  return {
    metadata: {},
    ...(status ? { status } : {}),
    ...(message ? { message } : {}),
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  };
}
