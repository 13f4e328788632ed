import type { FieldError } from '../../api/errors.ts';
import { immutable, invalidValue } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { Container, Job, PodSpec } from '../../api/object.ts';
import { validateSelectorUnchanged } from '../workloads/selector.ts';
import { hasCondition } from './conditions.ts';
import type { JobSpec } from './validate-spec.ts';

export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  if (!job.spec || !old.spec) return [];
  const [spec, before] = [job.spec, old.spec];
  return [
    ...validateCompletions(spec, before),
    ...validateSelectorUnchanged(spec.selector, before.selector, 'spec.selector'),
    ...validateTemplate(spec, old),
    ...(['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const).flatMap(
      (field) => (jsonEqual(spec[field], before[field]) ? [] : [immutable(`spec.${field}`, spec[field] ?? null)]),
    ),
  ];
}

/** An indexed Job may grow and shrink, all its Pods being wanted at once. */
function validateCompletions(spec: JobSpec, before: JobSpec): FieldError[] {
  const { completions, parallelism, completionMode } = spec;
  if (completions === before.completions) return [];
  if (completionMode !== 'Indexed') return [immutable('spec.completions', completions ?? null)];
  if (completions === undefined || completions === parallelism) return [];
  return [invalidValue('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** While a Job is suspended and none of its Pods runs, where they may run and what they may use can still be said. */
function validateTemplate({ template }: JobSpec, old: Job): FieldError[] {
  const before = old.spec?.template;
  if (!isQuiet(old)) return jsonEqual(template, before) ? [] : [immutable('spec.template', template)];
  const [podSpec, podSpecBefore] = [template?.spec, before?.spec];
  if (!podSpec || !podSpecBefore) return [];
  if (jsonEqual(podSpec, withMutable(podSpecBefore, podSpec))) return [];
  return [immutable('spec.template.spec', podSpec)];
}

function isQuiet(job: Job): boolean {
  if (!job.spec?.suspend || job.status?.active) return false;
  return !job.status?.startTime || hasCondition(job, 'Suspended');
}

/** The old spec with all that may change taken from the new one. */
function withMutable(before: PodSpec, now: PodSpec): PodSpec {
  const spec: PodSpec = { ...before };
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates'] as const) carry(spec, now, field);
  const { nodeAffinity: _before, ...otherAffinity } = before.affinity ?? {};
  const nodeAffinity = now.affinity?.nodeAffinity;
  const affinity = { ...otherAffinity, ...(nodeAffinity ? { nodeAffinity } : {}) };
  if (now.affinity || Object.keys(affinity).length > 0) spec.affinity = affinity;
  else delete spec.affinity;
  spec.containers = withResources(before.containers, now.containers);
  if (before.initContainers) spec.initContainers = withResources(before.initContainers, now.initContainers ?? []);
  return spec;
}

function carry<K extends keyof PodSpec>(to: PodSpec, from: PodSpec, field: K): void {
  if (from[field] === undefined) delete to[field];
  else to[field] = from[field];
}

function withResources(before: Container[], now: readonly Container[]): Container[] {
  if (before.length !== now.length) return before;
  return before.map((container, index) =>
    container.name === now[index]?.name ? { ...container, resources: now[index].resources } : container,
  );
}
