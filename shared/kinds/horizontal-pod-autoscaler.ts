import type { HorizontalPodAutoscaler } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultAutoscaler } from './horizontal-pod-autoscaler/defaults.ts';
import { targetsText } from './horizontal-pod-autoscaler/targets-text.ts';
import {
  validateAutoscaler,
  validateAutoscalerStatus,
  validateAutoscalerUpdate,
} from './horizontal-pod-autoscaler/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V2HorizontalPodAutoscaler',
  subresources: { status: true },
  strategy: {
    default: defaultAutoscaler,
    prepareForCreate(autoscaler) {
      autoscaler.status = { desiredReplicas: 0 } as HorizontalPodAutoscaler['status'];
    },
    validate: validateAutoscaler,
    validateUpdate: validateAutoscalerUpdate,
    validateStatusUpdate: validateAutoscalerStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'Reference',
      type: 'string',
      description: 'The object that is scaled.',
      cell: ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
    },
    {
      name: 'Targets',
      type: 'string',
      description: fieldDescriptions['V2HorizontalPodAutoscalerSpec.metrics'],
      cell: targetsText,
    },
    {
      name: 'MinPods',
      type: 'string',
      description: fieldDescriptions['V2HorizontalPodAutoscalerSpec.minReplicas'],
      cell: ({ spec }) => (spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)),
    },
    {
      name: 'MaxPods',
      type: 'string',
      description: fieldDescriptions['V2HorizontalPodAutoscalerSpec.maxReplicas'],
      cell: ({ spec }) => spec?.maxReplicas ?? 0,
    },
    {
      name: 'Replicas',
      type: 'string',
      description: fieldDescriptions['V2HorizontalPodAutoscalerStatus.currentReplicas'],
      cell: ({ status }) => status?.currentReplicas ?? 0,
    },
    ageColumn(),
  ],
});
