import type { Job } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { humanDuration } from '../printing/age.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';
import { templateColumns } from '../workloads/columns.ts';
import { selectorCell } from '../workloads/selector.ts';
import { hasCondition } from './conditions.ts';

export const jobColumns: readonly TableColumn<Job>[] = [
  nameColumn(),
  { name: 'Status', type: 'string', description: 'Status of the job.', cell: statusText },
  {
    name: 'Completions',
    type: 'string',
    description: fieldDescriptions['V1JobStatus.succeeded'],
    cell: completionsText,
  },
  { name: 'Duration', type: 'string', description: 'Time required to complete the job.', cell: durationText },
  ageColumn(),
  ...templateColumns<Job>(({ spec }) => spec?.template, { cell: ({ spec }) => selectorCell(spec?.selector) }),
];

function statusText(job: Job): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  const others = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'] as const;
  return others.find((type) => hasCondition(job, type)) ?? 'Running';
}

/** Without a number of completions one success ends the Job, whichever of its Pods has it. */
function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, { nowMs }: { nowMs: number }): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(end - Date.parse(status.startTime));
}
