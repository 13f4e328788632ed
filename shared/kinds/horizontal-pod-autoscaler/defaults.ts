import type { HorizontalPodAutoscaler } from '../../api/object.ts';

const anyPolicy = { selectPolicy: 'Max' };
const perPeriod = (type: string, value: number) => ({ type, value, periodSeconds: 15 });

const scaleUp = {
  ...anyPolicy,
  policies: [perPeriod('Pods', 4), perPeriod('Percent', 100)],
  stabilizationWindowSeconds: 0,
};
/** How long to wait before going down is a setting of whoever scales. */
const scaleDown = { ...anyPolicy, policies: [perPeriod('Percent', 100)] };

/** Without a metric the processor is meant; rules are completed where there are any. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    const target = { type: 'Utilization', averageUtilization: 80 };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp = { ...structuredClone(scaleUp), ...spec.behavior.scaleUp };
  spec.behavior.scaleDown = { ...structuredClone(scaleDown), ...spec.behavior.scaleDown };
}
