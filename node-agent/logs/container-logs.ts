import type { ContainerStatus, PodStatus } from '../../shared/api/object.ts';
import type { OpenStreamMessage } from '../../shared/protocol/messages.ts';
import type { ContainerRuntime, LogOptions } from '../runtime/container-runtime.ts';

export type LogRequest = Extract<OpenStreamMessage['request'], { kind: 'logs' }>;

/** A request for logs that cannot be served, with the kubelet's code and words. */
export class LogError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'LogError';
    this.code = code;
  }
}

/** Which of the engine's containers holds the wanted logs, by the status that the client sees. */
export function containerForLogs(status: PodStatus | undefined, request: LogRequest): string {
  const { container, pod, previous } = request;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const found = all.find(({ name }) => name === container);
  if (!found) throw new LogError(400, `container "${container}" in pod "${pod}" is not available`);
  const id = previous ? previousId(found) : currentId(found);
  if (id) return id.replace(/^[^:]+:\/\//, '');
  if (previous) throw new LogError(400, `previous terminated container "${container}" in pod "${pod}" not found`);
  const reason = found.state?.waiting?.reason ?? 'ContainerCreating';
  const why = /^(ErrImagePull|ImagePullBackOff)$/.test(reason) ? 'trying and failing to pull image' : reason;
  throw new LogError(400, `container "${container}" in pod "${pod}" is waiting to start: ${why}`);
}

function previousId({ lastState }: ContainerStatus): string | undefined {
  return lastState?.terminated?.containerID;
}

/** While a container waits for its restart, its logs are those of the attempt before. */
function currentId({ state, lastState, containerID }: ContainerStatus): string | undefined {
  if (state?.waiting) return lastState?.terminated?.containerID;
  return state?.terminated?.containerID ?? containerID;
}

/** Follows a request's options; ends at `limitBytes`. */
export async function* readLogs(
  runtime: ContainerRuntime,
  id: string,
  { request, now, signal }: { request: LogRequest; now: number; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { follow = false, timestamps = false, tailLines, sinceSeconds, sinceTime, limitBytes } = request;
  const since = sinceSeconds !== undefined ? now - sinceSeconds * 1000 : sinceTime ? Date.parse(sinceTime) : undefined;
  const options: LogOptions = {
    follow,
    timestamps,
    signal,
    ...(tailLines !== undefined ? { tailLines } : {}),
    ...(since !== undefined ? { since } : {}),
  };
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const { data } of runtime.logs(id, options)) {
    const part = data.length > left ? data.subarray(0, left) : data;
    left -= part.length;
    yield part;
    if (left <= 0) return;
  }
}
