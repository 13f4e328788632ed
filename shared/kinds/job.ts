import type { Job } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultJob } from './job/defaults.ts';
import { jobColumns } from './job/printer.ts';
import { generateSelector } from './job/selector.ts';
import { validateJob } from './job/validate.ts';
import { validateJobStatus } from './job/validate-status.ts';
import { validateJobUpdate } from './job/validate-update.ts';
import { jobWarnings } from './job/warnings.ts';

export default defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1Job',
  hasGeneration: true,
  // As in every version of this API: deleting a Job the plain way leaves its Pods.
  deletion: {
    defaultPropagation: 'Orphan',
    propagationWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them ' +
      'or set propagationPolicy=Orphan to suppress this warning',
  },
  subresources: { status: true },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default: defaultJob,
    prepareForCreate(job) {
      job.status = {};
      generateSelector(job);
    },
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    validateStatusUpdate: validateJobStatus,
    warnings: jobWarnings,
  },
  columns: jobColumns,
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
});
