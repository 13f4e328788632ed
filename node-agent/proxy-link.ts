import type { Clock } from './clock.ts';
import type { DesiredState } from './connection/desired-state.ts';
import { type Log, textOf } from './log.ts';
import type { ServiceProxy } from './proxy/service-proxy.ts';
import { createSerialTask } from './serial-task.ts';

export interface ProxyLinkDeps {
  clock: Clock;
  log: Log;
  createProxy(ranges: { clusterCIDR: string; serviceCIDR: string; podCIDR: string }): ServiceProxy;
  state: DesiredState;
}

/** Keeps the Service proxy at the Services and Endpoints that the node knows. */
export function createProxyLink({ clock, log, createProxy, state }: ProxyLinkDeps) {
  let proxy: ServiceProxy | undefined;
  const task = createSerialTask({
    clock,
    async run() {
      const cluster = state.cluster();
      const podCIDR = state.node()?.spec?.podCIDR;
      if (!cluster || !podCIDR) return;
      const { clusterCIDR, serviceCIDR } = cluster;
      proxy ??= createProxy({ clusterCIDR, serviceCIDR, podCIDR });
      await proxy.update({ services: state.services(), endpoints: state.endpoints() });
    },
    failed: (error) => log.error({ error: textOf(error) }, 'Services cannot be proxied'),
  });

  return {
    update: task.request,
    async stop({ release }: { release: boolean }): Promise<void> {
      await task.stop();
      if (release) await proxy?.close();
    },
  };
}
