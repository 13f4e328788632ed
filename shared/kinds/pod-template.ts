import type { PodTemplateObject } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { validatePodTemplate } from './pod-spec/validate-template.ts';
import { formatLabels, nameColumn } from './printing/columns.ts';
import { templateColumns } from './workloads/columns.ts';
import { templateWarnings } from './workloads/warnings.ts';

export default defineKind<PodTemplateObject>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  singular: 'podtemplate',
  scope: 'Namespaced',
  schema: 'V1PodTemplate',
  deletion: { returnsObject: true },
  hasGeneration: true,
  podTemplate: ({ template }) => template,
  strategy: {
    default({ template }) {
      if (template) defaultPodTemplate(template);
    },
    validate: ({ template }) => validatePodTemplate(template ?? {}, 'template'),
    warnings: ({ metadata, template }, old) =>
      old && old.metadata.generation === metadata.generation ? [] : templateWarnings(template, 'template'),
  },
  columns: [
    nameColumn(),
    ...templateColumns<PodTemplateObject>(({ template }) => template).map((column) => ({
      ...column,
      priority: 0 as const,
    })),
    {
      name: 'Pod Labels',
      type: 'string',
      description: 'The labels for the pod template.',
      cell: ({ template }) => formatLabels(template?.metadata?.labels),
    },
  ],
});
