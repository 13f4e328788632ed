import type { Store } from '../../store/store.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type FlowSchema, flowOf, matches, type PriorityLevelConfiguration } from './config.ts';
import { createLevels, type Level } from './levels.ts';
import { NoSeat, type Release } from './priority-level.ts';
import { createWorkEstimator } from './work-estimator.ts';

export const flowSchemaResource = 'flowschemas.flowcontrol.apiserver.k8s.io';
export const priorityLevelResource = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';

export interface FlowControlDeps {
  store: Pick<Store, 'list' | 'onCommit'>;
  /** Where FlowSchemas and priority levels are, if that is elsewhere. */
  configuration?: Pick<Store, 'list' | 'onCommit'>;
  /** Runs something once after this many milliseconds; what it returns takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  options?: Partial<FlowControlOptions>;
}

export interface FlowControlOptions {
  /** Seats of all priority levels together; most requests take one. */
  totalSeats: number;
  /** Seats that are taken in one turn of the event loop; who comes later in it waits in the queues for the next. */
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

/** A request as it is let in. */
export interface FlowRequest {
  user: UserInfo;
  attributes: RequestAttributes;
  /** What a list or a watch asks for besides. */
  query?: URLSearchParams;
}

/** Lets requests in so that no flow of them takes all the time of the object. */
export interface FlowControl {
  /** Resolves when it is the request's turn, or when it has none. */
  admit(request: FlowRequest): Classified | Promise<Classified>;
}

/** What holds where a cluster has no such objects, as in a shard that was told nothing yet: one level, in which users take turns. */
const fallback: FlowSchema = {
  metadata: { name: 'all', uid: '' },
  spec: { priorityLevelConfiguration: { name: 'all' }, distinguisherMethod: { type: 'ByUser' } },
};

export function createFlowControl(deps: FlowControlDeps): FlowControl {
  const { store, configuration = store, startTimer, options } = deps;
  const levels = createLevels({ startTimer, ...defaultOptions, ...options });
  const estimate = createWorkEstimator(store);
  let schemas: FlowSchema[] | undefined;

  configuration.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === flowSchemaResource || key.resource === priorityLevelResource)) {
      schemas = undefined;
    }
  });

  function configure(): FlowSchema[] {
    const read = <T>(resource: string) =>
      configuration.list({ resource }).items.map(({ json }) => JSON.parse(json) as T);
    levels.configure(read<PriorityLevelConfiguration>(priorityLevelResource));
    return read<FlowSchema>(flowSchemaResource).sort(byPrecedence);
  }

  function classify({ user, attributes }: FlowRequest): { schema: FlowSchema; level: Level } {
    schemas ??= configure();
    for (const schema of schemas) {
      const level = levels.find(schema.spec.priorityLevelConfiguration.name);
      if (level && matches(schema, user, attributes)) return { schema, level };
    }
    return { schema: fallback, level: levels.everything };
  }

  return {
    admit(request) {
      const { schema, level } = classify(request);
      const uids = { flowSchemaUid: schema.metadata.uid, priorityLevelUid: level.uid };
      const width = level.widest > 1 ? Math.min(estimate(request), level.widest) : 1;
      // Who never waits is in no queue.
      const flow = level.isExempt ? '' : flowOf(schema, request.user, request.attributes);
      const entered = levels.enter(level, flow, width);
      if (!(entered instanceof Promise)) return { release: entered, ...uids };
      return entered.then(
        (release) => ({ release, ...uids }),
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
