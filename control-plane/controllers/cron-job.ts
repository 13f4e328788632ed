import { jsonEqual } from '../../shared/api/json.ts';
import type { CronJob, Job, KubernetesObject } from '../../shared/api/object.ts';
import type { WriteOperation } from '../client.ts';
import { type CronJobEvent, type CronJobPlan, cronJobKind, nextTimeInMs, planCronJob } from './cron-job/plan.ts';
import { controllerOf } from './pods/pod-state.ts';
import { defineController, type ReconcileDeps, type ReconcileResult } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, writeAll } from './runtime/write.ts';

const component = 'cronjob-controller';
const cronJobs = 'cronjobs.batch';
const jobs = 'jobs.batch';
/** Ends the key of a CronJob whose schedule has changed: it waits for its next time instead of making up for others. */
const rescheduled = '#rescheduled';

/** Starts the Jobs of CronJobs when they are due; what to do is decided by `planCronJob`. */
export default defineController({
  name: component,
  watches: [
    {
      resource: cronJobs,
      toKeys({ object, previous }) {
        const key = namespacedKey(object);
        return [previous && isRescheduled(object, previous) ? `${key}${rescheduled}` : key];
      },
    },
    { resource: jobs, toKeys: ({ object, previous }) => [...new Set([object, previous].flatMap(cronJobOf))] },
  ],
  async reconcile(id, deps) {
    const key = id.endsWith(rescheduled) ? id.slice(0, -rescheduled.length) : id;
    const cronJob = await deps.client.get<CronJob>({ resource: cronJobs, ...splitKey(key) });
    if (!cronJob) return undefined;
    const nowMs = deps.clock.now();
    if (key !== id) return later(nextTimeInMs(cronJob, nowMs), key);
    const { namespace, uid } = cronJob.metadata;
    const { items } = await deps.client.list<Job>({ resource: jobs, namespace, owner: uid });
    const mine = items.filter((job) => controllerOf(job)?.uid === uid);
    const plan = planCronJob(cronJob, mine, nowMs);
    await carryOut(cronJob, plan, deps);
    return later(plan.requeueAfterMs, key);
  },
});

function isRescheduled(object: KubernetesObject, previous: KubernetesObject): boolean {
  const [spec, before] = [(object as CronJob).spec, (previous as CronJob).spec];
  return spec?.schedule !== before?.schedule || spec?.timeZone !== before?.timeZone;
}

function cronJobOf(job: KubernetesObject | undefined): string[] {
  const owner = job && controllerOf(job);
  const isMine = owner?.kind === cronJobKind.kind && owner.apiVersion === cronJobKind.apiVersion;
  return isMine ? [`${job?.metadata.namespace}/${owner.name}`] : [];
}

function later(requeueAfterMs: number | undefined, requeueKey: string): ReconcileResult | undefined {
  return requeueAfterMs === undefined ? undefined : { requeueAfterMs, requeueKey };
}

/** The Job first: its name keeps it from being made again, and the status lists it by its UID. */
async function carryOut(cronJob: CronJob, plan: CronJobPlan, deps: ReconcileDeps): Promise<void> {
  const { client } = deps;
  const tell = (event: CronJobEvent) => deps.recorder.record({ object: cronJob, component, ...event });
  plan.events.forEach(tell);
  const removals = plan.remove.map((job): WriteOperation => {
    return { verb: 'delete', key: keyOf(jobs, job), preconditions: sameObject(job), propagationPolicy: 'Background' };
  });
  await writeAll(client, removals);
  for (const { metadata } of plan.remove) {
    tell({ type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${metadata.name}` });
  }
  const created = plan.create && (await createJob(cronJob, plan.create, { deps, tell }));
  const active = [...(plan.status.active ?? []), ...(created ? [referenceOf(created)] : [])];
  await writeStatus(cronJob, { ...plan.status, active }, deps);
}

/** Returns the Job, also one that an earlier attempt made, or nothing where it is somebody else's. */
async function createJob(
  cronJob: CronJob,
  object: Job,
  { deps, tell }: { deps: ReconcileDeps; tell: (event: CronJobEvent) => void },
): Promise<Job | undefined> {
  const [result = {}] = await deps.client.write([{ verb: 'create', resource: jobs, object }]);
  const error = errorOf(result);
  const { name } = object.metadata;
  if (!error) {
    tell({ type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
    return result.object as Job;
  }
  if (error.reason === 'AlreadyExists') {
    const job = await deps.client.get<Job>(keyOf(jobs, object));
    return job && controllerOf(job)?.uid === cronJob.metadata.uid ? job : undefined;
  }
  if (!/because it is being terminated/.test(error.message)) {
    tell({ type: 'Warning', reason: 'FailedCreate', message: `Error creating job: ${error.message}` });
  }
  throw error;
}

function referenceOf({ metadata }: Job) {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}

async function writeStatus(cronJob: CronJob, wanted: CronJobPlan['status'], { client }: ReconcileDeps): Promise<void> {
  const patch: Record<string, unknown> = {};
  for (const field of ['active', 'lastScheduleTime', 'lastSuccessfulTime'] as const) {
    const value = field === 'active' && wanted.active?.length === 0 ? undefined : wanted[field];
    if (!jsonEqual(cronJob.status?.[field], value)) patch[field] = value ?? null;
  }
  if (Object.keys(patch).length === 0) return;
  const key = keyOf(cronJobs, cronJob);
  await writeAll(client, [
    { verb: 'patch', key, subresource: 'status', patch: { status: patch }, preconditions: sameObject(cronJob) },
  ]);
}
