import type { CoreV1Api, CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { eventually as eventuallyWithin } from '../../e2e/lab/wait.ts';

const timeoutMs = 15_000;

/** Polls until `check` returns something truthy; fails with its last error after 15 s. */
export const eventually = <T>(what: string, check: () => T | Promise<T>) => eventuallyWithin(what, check, timeoutMs);

export const isReady = (pod: V1Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Resolves with the Pod once `check` holds for it. */
export function untilPod(
  core: CoreV1Api,
  namespace: string,
  name: string,
  what: string,
  check: (pod: V1Pod) => boolean,
) {
  return eventually(`the Pod ${name} ${what}`, async () => {
    const pod = await core.readNamespacedPod({ namespace, name });
    if (check(pod)) return pod;
    throw new Error(JSON.stringify(pod.status));
  });
}

export const untilRunning = (core: CoreV1Api, namespace: string, name: string) =>
  untilPod(core, namespace, name, 'runs', (pod) => pod.status?.phase === 'Running' && isReady(pod));

/** Resolves with the container's status once it has the given state and reason. */
export async function untilContainer(
  core: CoreV1Api,
  namespace: string,
  name: string,
  check: (status: V1ContainerStatus) => boolean,
): Promise<V1ContainerStatus> {
  const statusOf = (pod: V1Pod) => pod.status?.containerStatuses?.[0];
  const holds = (pod: V1Pod) => {
    const status = statusOf(pod);
    return status !== undefined && check(status);
  };
  return statusOf(await untilPod(core, namespace, name, 'has the container status', holds))!;
}

/** Resolves with the Pods of a label once there are `count`, all of them ready and none on its way out. */
export function untilReadyPods(core: CoreV1Api, namespace: string, app: string, count: number): Promise<V1Pod[]> {
  return eventually(`${count} Pods of ${app} are ready`, async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` });
    if (items.length === count && items.every((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp)) return items;
    throw new Error(JSON.stringify(items.map(({ metadata, status }) => [metadata?.name, status?.phase])));
  });
}

/** Resolves with the first event of that reason about the object. */
export function untilEvent(core: CoreV1Api, namespace: string, name: string, reason: string): Promise<CoreV1Event> {
  const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
  return eventually(
    `the event ${reason} about ${name}`,
    async () => (await core.listNamespacedEvent({ namespace, fieldSelector })).items[0],
  );
}

/** Resolves once reading fails with 404. */
export async function untilGone(what: string, read: () => Promise<unknown>): Promise<void> {
  await eventually(`${what} is gone`, async () => {
    try {
      throw new Error(`still there: ${JSON.stringify(await read()).slice(0, 500)}`);
    } catch (error) {
      if ((error as { code?: number }).code === 404) return true;
      throw error;
    }
  });
}
