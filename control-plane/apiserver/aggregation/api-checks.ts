import { StatusError } from '../../../shared/api/errors.ts';
import type { APIService } from '../../../shared/api/object.ts';
import {
  availableCondition,
  failedDiscovery,
  isFailedDiscovery,
  passed,
  withAvailability,
} from '../../../shared/kinds/api-service/availability.ts';
import type { ApiCheck, ClusterClient } from '../../client.ts';
import { type AggregatedApi, apiServicesResource } from './api-services.ts';
import { type AskDeps, askPlanned, planQuestion } from './ask-extension.ts';

export interface ApiChecks {
  /** Undefined while as many as may be are under way. */
  check(api: AggregatedApi): Promise<ApiCheck | undefined>;
  /**
   * A request has failed that should not have, or was refused because an earlier check failed: looks again, now and then,
   * and corrects what the APIService says.
   */
  suspect(name: string): void;
}

export interface ApiChecksDeps extends AskDeps {
  /** As it is by now. */
  find(name: string): AggregatedApi | undefined;
  client(): Pick<ClusterClient, 'get' | 'write'>;
  /** Epoch ms. */
  now(): number;
  onError(error: unknown): void;
}

/** As often as Kubernetes asks before it believes that nobody answers. */
const attempts = 5;
/** Checks at a time: each may wait for somebody who never answers. */
const maxAtOnce = 3;
/** Between two checks of an API that requests lead to. */
const suspectEveryMs = 5_000;

/** Asks extension servers whether they answer, with what they have to answer: their list of resources. */
export function createApiChecks(deps: ApiChecksDeps): ApiChecks {
  let underWay = 0;
  /** When each may be looked at again, and whether it will be. */
  const suspected = new Map<string, { next: number; isPlanned: boolean }>();

  async function check(api: AggregatedApi): Promise<ApiCheck | undefined> {
    if (underWay >= maxAtOnce) return undefined;
    underWay++;
    try {
      const problem = await problemOf(deps, api);
      return problem === undefined ? {} : { problem };
    } finally {
      underWay--;
    }
  }

  async function correct(name: string): Promise<void> {
    const api = deps.find(name);
    const result = api && (await check(api));
    const key = { resource: apiServicesResource, namespace: '', name };
    const service = result && (await deps.client().get<APIService>(key));
    // What is wrong with the Service is its controller's to say, and to take back.
    if (!service || !(availableCondition(service)?.status === 'True' || isFailedDiscovery(service))) return;
    const finding = result.problem === undefined ? passed : failedDiscovery(result.problem);
    const conditions = withAvailability(service, finding, `${new Date(deps.now()).toISOString().slice(0, 19)}Z`);
    if (!conditions) return;
    const preconditions = { uid: service.metadata.uid, resourceVersion: service.metadata.resourceVersion };
    const patch = { status: { conditions } };
    await deps.client().write([{ verb: 'patch', key, patch, subresource: 'status', preconditions }]);
  }

  return {
    check,
    suspect(name) {
      const now = deps.now();
      for (const [other, { next, isPlanned }] of suspected) if (next <= now && !isPlanned) suspected.delete(other);
      const known = suspected.get(name);
      if (known?.isPlanned) return;
      const look = () => {
        suspected.set(name, { next: deps.now() + suspectEveryMs, isPlanned: false });
        void correct(name).catch(deps.onError);
      };
      if (!known) {
        look();
        return;
      }
      known.isPlanned = true;
      deps.startTimer(look, known.next - now);
    },
  };
}

/** Undefined if anybody behind the Service answers: others may be on their way up or down. */
async function problemOf(deps: AskDeps, api: AggregatedApi): Promise<string | undefined> {
  const first = await attempt(deps, api);
  if (first === undefined) return undefined;
  const others = await Promise.all(Array.from({ length: attempts - 1 }, () => attempt(deps, api)));
  return others.includes(undefined) ? undefined : (others.at(-1) ?? first);
}

async function attempt(deps: AskDeps, api: AggregatedApi): Promise<string | undefined> {
  const path = `/apis/${api.group}/${api.version}`;
  let url = path;
  try {
    const plan = planQuestion(api, { path, accept: 'application/json' });
    const target = plan.message.request;
    if (target.kind === 'http') url = `${target.scheme}://${target.host}:${target.port}${path}`;
    const { code } = await askPlanned(deps, plan);
    return code >= 200 && code < 300 ? undefined : missing(url, `bad status from ${url}: ${code}`);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return missing(url, `Get ${JSON.stringify(url)}: ${error.message}`);
  }
}

function missing(url: string, why: string): string {
  return `failing or missing response from ${url}: ${why}`;
}
