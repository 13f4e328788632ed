import type { ContainerStatus, Pod } from '../../api/object.ts';

/** What the columns Ready, Status and Restarts of a Pod say. */
export interface PodSummary {
  ready: number;
  /** Containers that are to run side by side: sidecars count, other init containers do not. */
  total: number;
  /** `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`, ... */
  status: string;
  restarts: number;
  /** RFC 3339; the end of the container run before the newest restart. */
  lastRestart?: string;
}

interface Tally {
  restarts: number;
  lastRestart?: string;
}

/** The printer's view of a Pod: the reason that is most useful to a person, not the phase. */
export function summarizePod(pod: Pod): PodSummary {
  const sidecars = sidecarNames(pod);
  const phase = pod.status?.phase ?? '';
  const gated = pod.status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  const summary: PodSummary = {
    ready: 0,
    total: (pod.spec?.containers ?? []).length + sidecars.size,
    status: gated ? 'SchedulingGated' : pod.status?.reason || phase,
    restarts: 0,
  };
  const waitingForInit = summarizeInit(pod, sidecars, summary);
  if (!waitingForInit || conditionIsTrue(pod, 'Initialized')) summarizeMain(pod, sidecars, summary);
  if (pod.metadata.deletionTimestamp) {
    if (pod.status?.reason === 'NodeLost') summary.status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.status = 'Terminating';
  }
  return summary;
}

/** Init containers up to the first that is not done yet; true if there is one. */
function summarizeInit(pod: Pod, sidecars: ReadonlySet<string>, summary: PodSummary): boolean {
  const count = (pod.spec?.initContainers ?? []).length;
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    countRestarts(summary, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated && terminated.exitCode === 0) continue;
    if (sidecars.has(status.name) && status.started) {
      if (status.ready) summary.ready++;
      continue;
    }
    if (terminated) summary.status = `Init:${terminationText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.status = `Init:${waiting.reason}`;
    else summary.status = `Init:${index}/${count}`;
    return true;
  }
  return false;
}

/** From here on the restarts of init containers that have finished are history. */
function summarizeMain(pod: Pod, sidecars: ReadonlySet<string>, summary: PodSummary): void {
  const tally: Tally = { restarts: 0 };
  for (const status of pod.status?.initContainerStatuses ?? []) {
    if (sidecars.has(status.name)) countRestarts(tally, status);
  }
  let running = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(tally, status);
    const { waiting, terminated, running: started } = status.state ?? {};
    if (waiting?.reason) summary.status = waiting.reason;
    else if (terminated) summary.status = terminationText(terminated);
    else if (status.ready && started) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.status === 'Completed' && running) {
    summary.status = conditionIsTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  summary.restarts = tally.restarts;
  summary.lastRestart = tally.lastRestart;
}

function countRestarts(tally: Tally, status: ContainerStatus): void {
  tally.restarts += status.restartCount ?? 0;
  const finished = status.lastState?.terminated?.finishedAt;
  if (finished && (!tally.lastRestart || Date.parse(finished) > Date.parse(tally.lastRestart))) {
    tally.lastRestart = finished;
  }
}

function terminationText({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function sidecarNames(pod: Pod): Set<string> {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return new Set(sidecars.map(({ name }) => name));
}

function conditionIsTrue(pod: Pod, wanted: string): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True') ?? false;
}
