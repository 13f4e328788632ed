import { badRequest, type FieldError, invalid } from '../../../../shared/api/errors.ts';
import type { Pod } from '../../../../shared/api/object.ts';
import type { OpenStreamMessage } from '../../../../shared/protocol/messages.ts';
import { parseInteger } from '../list-options.ts';
import { planned } from '../planned.ts';
import { isTrue } from '../request-info.ts';
import type { VerbHandler } from './context.ts';

export type StreamRequest = OpenStreamMessage['request'];

/** How a client's stream gets to a node: the front carries it out. */
export interface StreamPlan {
  /** Name of the gateway object that holds the node's connection. */
  gateway: string;
  node: string;
  message: OpenStreamMessage;
}

export interface NodeStreams {
  plan(node: string, request: StreamRequest): StreamPlan;
}

/** GET of `pods/NAME/log`: decides whether and what; the answer is a plan for the front, not the log. */
export const log: VerbHandler = async (deps, { kind, info, query }) => {
  const { namespace, name } = info;
  const pod = deps.registry.parse<Pod>(deps.registry.get(deps.reader, { kind, namespace, name }));
  const options = parseLogOptions(query, name);
  const container = chooseContainer(pod, query.get('container') ?? '');
  // As Kubernetes: a Pod that is on no node yet has no log, and that is no error.
  if (!pod.spec?.nodeName) return new Response(null, { status: 204 });
  const uid = pod.metadata.uid ?? '';
  const plan = deps.streams.plan(pod.spec.nodeName, { kind: 'logs', namespace, pod: name, uid, container, ...options });
  return planned(plan);
};

/** Throws BadRequest in the words of Kubernetes when the choice is missing or wrong. */
export function chooseContainer(pod: Pod, wanted: string): string {
  const names = (list: readonly { name: string }[] | undefined) => (list ?? []).map(({ name }) => name);
  const regular = names(pod.spec?.containers);
  const init = names(pod.spec?.initContainers);
  const ephemeral = names(pod.spec?.ephemeralContainers);
  const podName = pod.metadata.name;
  if (wanted === '') {
    if (regular.length === 1) return regular[0]!;
    let message = `a container name must be specified for pod ${podName}, choose one of: [${regular.join(' ')}]`;
    if (init.length > 0) message += ` or one of the init containers: [${init.join(' ')}]`;
    if (ephemeral.length > 0) message += ` or one of the ephemeral containers: [${ephemeral.join(' ')}]`;
    throw badRequest(message);
  }
  if (![...regular, ...init, ...ephemeral].includes(wanted)) {
    throw badRequest(`container ${wanted} is not valid for pod ${podName}`);
  }
  return wanted;
}

interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  limitBytes?: number;
}

function parseLogOptions(query: URLSearchParams, pod: string): LogOptions {
  const options: LogOptions = {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    tailLines: parseInteger(query, 'tailLines'),
    sinceSeconds: parseInteger(query, 'sinceSeconds'),
    sinceTime: query.get('sinceTime') || undefined,
    limitBytes: parseInteger(query, 'limitBytes'),
  };
  const errors: FieldError[] = [];
  const tooSmall = (field: string, value: number, detail: string) =>
    errors.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${detail}` });
  const { tailLines, limitBytes, sinceSeconds, sinceTime } = options;
  if (tailLines !== undefined && tailLines < 0) tooSmall('tailLines', tailLines, 'must be greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1) tooSmall('limitBytes', limitBytes, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
    errors.push({ field: '', reason: 'FieldValueForbidden', message });
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    tooSmall('sinceSeconds', sinceSeconds, 'must be greater than 0');
  }
  if (errors.length > 0) throw invalid({ resource: 'pods', kind: 'PodLogOptions', name: pod }, errors);
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    throw badRequest(
      `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
    );
  }
  return options;
}
