import type { CronJob } from '../api/object.ts';
import { validateCronJob, validateCronJobUpdate } from './cron-job/validate.ts';
import { defineKind } from './define-kind.ts';
import { jobSpecWarnings } from './job/warnings.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageSince } from './printing/age.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { templateColumns } from './workloads/columns.ts';
import { selectorCell } from './workloads/selector.ts';
import { nameWarnings } from './workloads/warnings.ts';

export default defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1CronJob',
  hasGeneration: true,
  subresources: { status: true },
  podTemplate: ({ spec }) => spec?.jobTemplate?.spec?.template,
  strategy: {
    default({ spec }) {
      // All else in the Job's spec is left to the Jobs.
      if (spec?.jobTemplate?.spec?.template) defaultPodTemplate(spec.jobTemplate.spec.template);
    },
    prepareForCreate(cronJob) {
      cronJob.status = {};
    },
    validate: validateCronJob,
    validateUpdate: validateCronJobUpdate,
    warnings,
  },
  columns: [
    nameColumn(),
    {
      name: 'Schedule',
      type: 'string',
      description: fieldDescriptions['V1CronJobSpec.schedule'],
      cell: ({ spec }) => spec?.schedule ?? '',
    },
    {
      name: 'Timezone',
      type: 'string',
      description: fieldDescriptions['V1CronJobSpec.timeZone'],
      cell: ({ spec }) => spec?.timeZone ?? '<none>',
    },
    {
      name: 'Suspend',
      type: 'boolean',
      description: fieldDescriptions['V1CronJobSpec.suspend'],
      cell: ({ spec }) => (spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'),
    },
    {
      name: 'Active',
      type: 'integer',
      description: fieldDescriptions['V1CronJobStatus.active'],
      cell: ({ status }) => status?.active?.length ?? 0,
    },
    {
      name: 'Last Schedule',
      type: 'string',
      description: fieldDescriptions['V1CronJobStatus.lastScheduleTime'],
      cell: ({ status }, { nowMs }) => (status?.lastScheduleTime ? ageSince(status.lastScheduleTime, nowMs) : '<none>'),
    },
    ageColumn(),
    ...templateColumns<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template, {
      cell: ({ spec }) => selectorCell(spec?.jobTemplate?.spec?.selector),
    }),
  ],
});

function warnings({ metadata, spec }: CronJob, old?: CronJob): string[] {
  const path = 'spec.jobTemplate.spec';
  const jobSpec = spec?.jobTemplate?.spec;
  if (!old) return [...nameWarnings(metadata.name ?? ''), ...jobSpecWarnings(jobSpec, path)];
  const found = old.metadata.generation === metadata.generation ? [] : jobSpecWarnings(jobSpec, path);
  if (!spec?.schedule?.includes('TZ')) return found;
  return [
    ...found,
    'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, ' +
      'see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
  ];
}
