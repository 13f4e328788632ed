import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerV1 } from '../api/object.ts';
import { fromV1, toV1 } from './horizontal-pod-autoscaler/v1.ts';
import horizontalPodAutoscaler from './horizontal-pod-autoscaler.ts';
import { defineServedForm } from './served-form.ts';

/** The older form, which `kubectl autoscale` of old clients and many manifests use. */
export default defineServedForm<HorizontalPodAutoscalerV1, HorizontalPodAutoscaler>(horizontalPodAutoscaler, {
  group: 'autoscaling',
  version: 'v1',
  schema: 'V1HorizontalPodAutoscaler',
  default({ spec }) {
    if (spec) spec.minReplicas ??= 1;
  },
  toServed: toV1,
  toStored: fromV1,
});
