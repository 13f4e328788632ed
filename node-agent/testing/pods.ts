import type { KubernetesObject, Pod, PodSpec } from '../../shared/api/object.ts';

let serial = 0;

/** A Pod as it reaches a node: bound, defaulted, with a uid of its own. */
export function aPod(spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  serial += 1;
  const containers = spec.containers ?? [{ name: 'main', image: 'app' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${serial}`, namespace: 'default', uid: `uid-${serial}`, resourceVersion: '1', ...metadata },
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      nodeName: 'node-1',
      ...spec,
      containers: containers.map((container) => ({ imagePullPolicy: 'IfNotPresent', ...container })),
    },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  };
}

/** The same, as the protocol carries it. */
export const asObject = (object: object) => object as unknown as KubernetesObject;

/** Waits for a condition, with a bound. */
export async function eventually<T>(
  look: () => T,
  { timeoutMs = 5_000, what = () => 'the condition' as string } = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what()} did not come true within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
