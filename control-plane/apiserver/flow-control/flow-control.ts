import type { Store } from '../../store/store.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import { plainText } from '../http/respond.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type FlowSchema, flowOf, limitsOf, matches, type PriorityLevelConfiguration, sharesOf } from './config.ts';
import { createPriorityLevel, type LevelLimits, NoSeat, type PriorityLevel, type Release } from './priority-level.ts';

export const flowSchemaResource = 'flowschemas.flowcontrol.apiserver.k8s.io';
export const priorityLevelResource = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';

export interface FlowControlDeps {
  store: Pick<Store, 'list' | 'onCommit'>;
  /** Runs something once after this many milliseconds; what it returns takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  options?: Partial<FlowControlOptions>;
}

export interface FlowControlOptions {
  /** Requests that may run at a time, of all levels together. */
  totalSeats: number;
  /** Requests that begin in one turn of the event loop; who comes later in it waits in the queues for the next. */
  startsInTurn: number;
}

/**
 * One object has one thread, and more than a commit's worth of requests at a time only costs memory: Kubernetes' own
 * default, 600, is for many threads. A turn is as long as a commit is wide: less would make commits smaller.
 */
const defaultOptions: FlowControlOptions = { totalSeats: 128, startsInTurn: 64 };

/** Whether a request is served, and which objects decided that. */
export interface Classified {
  /** To be called when the request is done. Undefined: there is no seat for it. */
  release: Release | undefined;
  flowSchemaUid: string;
  priorityLevelUid: string;
}

/** The answer's headers that say so. */
export const flowHeaders = {
  flowSchemaUid: 'x-kubernetes-pf-flowschema-uid',
  priorityLevelUid: 'x-kubernetes-pf-prioritylevel-uid',
} as const;

/** Lets requests in so that no flow of them takes all the time of the object. */
export interface FlowControl {
  /** Resolves when it is the request's turn, or when it has none. */
  admit(user: UserInfo, attributes: RequestAttributes): Classified | Promise<Classified>;
}

interface Level {
  uid: string;
  /** Undefined: exempt. */
  seats: PriorityLevel | undefined;
}

/** What holds where a cluster has no such objects, as in its shards: one level, in which users take turns. */
const fallback = {
  schema: {
    metadata: { name: 'all', uid: '' },
    spec: { priorityLevelConfiguration: { name: 'all' }, distinguisherMethod: { type: 'ByUser' } },
  } satisfies FlowSchema,
  queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 },
};

export function createFlowControl({ store, startTimer, options }: FlowControlDeps): FlowControl {
  const { totalSeats, startsInTurn } = { ...defaultOptions, ...options };
  const levels = new Map<string, Level>();
  let schemas: FlowSchema[] | undefined;
  let startsLeft = startsInTurn;
  let isTurnAwaited = false;
  let turnOf = 0;

  const everything: Level = { uid: '', seats: newLevel({ seats: totalSeats, queuing: fallback.queuing }) };
  store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === flowSchemaResource || key.resource === priorityLevelResource)) {
      schemas = undefined;
    }
  });

  function newLevel(limits: LevelLimits): PriorityLevel {
    return createPriorityLevel(limits, { startTimer, drainLater: awaitTurn });
  }

  function awaitTurn(): void {
    if (isTurnAwaited) return;
    isTurnAwaited = true;
    startTimer(nextTurn, 0);
  }

  /** Everyone who has arrived meanwhile is in a queue by now: the levels take turns in starting. */
  function nextTurn(): void {
    isTurnAwaited = false;
    startsLeft = startsInTurn;
    const waiting = [everything, ...levels.values()].filter(({ seats }) => (seats?.waiting ?? 0) > 0);
    let isSeated = true;
    while (isSeated && startsLeft > 0) {
      isSeated = false;
      for (let count = 0; count < waiting.length && startsLeft > 0; count++) {
        turnOf += 1;
        const seated = waiting[turnOf % waiting.length]!.seats!.drain(1);
        startsLeft -= seated;
        isSeated ||= seated > 0;
      }
    }
    if (startsLeft === 0) awaitTurn();
  }

  function configure(): FlowSchema[] {
    const read = <T>(resource: string) => store.list({ resource }).items.map(({ json }) => JSON.parse(json) as T);
    const configurations = read<PriorityLevelConfiguration>(priorityLevelResource);
    const totalShares = configurations.reduce((sum, one) => sum + sharesOf(one), 0);
    const gone = new Set(levels.keys());
    for (const configuration of configurations) {
      const { name, uid } = configuration.metadata;
      gone.delete(name);
      const limits = limitsOf(configuration, { totalSeats, totalShares });
      const known = levels.get(name)?.seats;
      if (known && limits) known.setLimits(limits);
      levels.set(name, { uid, seats: limits && (known ?? newLevel(limits)) });
    }
    for (const name of gone) {
      // Who waits in a level that is gone still gets a seat there.
      if (!levels.get(name)?.seats?.waiting) levels.delete(name);
    }
    return read<FlowSchema>(flowSchemaResource).sort(byPrecedence);
  }

  function classify(user: UserInfo, attributes: RequestAttributes): { schema: FlowSchema; level: Level } {
    schemas ??= configure();
    for (const schema of schemas) {
      const level = levels.get(schema.spec.priorityLevelConfiguration.name);
      if (level && matches(schema, user, attributes)) return { schema, level };
    }
    return { schema: fallback.schema, level: everything };
  }

  return {
    admit(user, attributes) {
      const { schema, level } = classify(user, attributes);
      const uids = { flowSchemaUid: schema.metadata.uid, priorityLevelUid: level.uid };
      if (!level.seats) return { release: () => undefined, ...uids };
      const release = startsLeft > 0 ? level.seats.tryAcquire() : undefined;
      if (release) {
        startsLeft -= 1;
        // Not with each request: a client that sends one after the other is to pay for no timers.
        if (startsLeft === 0) awaitTurn();
        return { release, ...uids };
      }
      return level.seats.acquire(flowOf(schema, user, attributes)).then(
        (acquired) => ({ release: acquired, ...uids }),
        (error: unknown) => {
          if (error instanceof NoSeat) return { release: undefined, ...uids };
          throw error;
        },
      );
    },
  };
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const difference = (a.spec.matchingPrecedence ?? 1000) - (b.spec.matchingPrecedence ?? 1000);
  if (difference !== 0) return difference;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** To be tried again after a second. In Kubernetes, too, the one refusal that is no Status. */
function tooManyRequests(): Response {
  const response = plainText('Too many requests, please try again later.\n', 429);
  response.headers.set('retry-after', '1');
  response.headers.set('x-content-type-options', 'nosniff');
  return response;
}

/** Answers a request when it is its turn. */
export async function inTurn(
  flowControl: FlowControl,
  { user, attributes }: { user: UserInfo; attributes: RequestAttributes },
  respond: () => Promise<Response>,
): Promise<Response> {
  const { release, flowSchemaUid, priorityLevelUid } = await flowControl.admit(user, attributes);
  try {
    const response = release ? await respond() : tooManyRequests();
    // The answer to an upgrade has headers that cannot be changed, and goes no further than the front.
    if (response.status !== 101 && flowSchemaUid) {
      response.headers.set(flowHeaders.flowSchemaUid, flowSchemaUid);
      response.headers.set(flowHeaders.priorityLevelUid, priorityLevelUid);
    }
    return response;
  } finally {
    release?.();
  }
}
