import type { Container, Pod, PodSpec } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import type { QuotaPolicy, QuotaScope } from '../define-kind.ts';
import { selectsClass } from '../quota/scope.ts';
import { type Amounts, amountsOf } from '../resources/amounts.ts';
import { isExtended, isHugePages } from '../resources/names.ts';
import { qosClass } from './quality-of-service.ts';
import { podAmountsWithOverhead } from './resources.ts';

const one = parseQuantity('1');
const compute = ['cpu', 'memory', 'ephemeral-storage'];
const computeNames = compute.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]);
/** Where one of these is limited every container has to say how much it wants. */
const mandatory = computeNames.filter((name) => !name.endsWith('ephemeral-storage'));

export const podQuota: QuotaPolicy<Pod> = {
  tracks: (resource) =>
    resource === 'pods' ||
    computeNames.includes(resource) ||
    /^(requests\.)?hugepages-/.test(resource) ||
    isDevice(resource),
  usage(pod, nowMs) {
    if (!usesNode(pod, nowMs)) return {};
    const asked = {
      requests: podAmountsWithOverhead(pod.spec, 'requests'),
      limits: podAmountsWithOverhead(pod.spec, 'limits'),
    };
    return { pods: one, ...computeUsage(asked) };
  },
  changesAt: overdueAt,
  isInScope: (pod, scope) => isInScope(pod, scope),
  // What containers ask for stays; a deadline that a Pod gets moves it between scopes.
  isChargedFor: (pod, old) => isTerminating(pod.spec) !== isTerminating(old.spec),
  uncountable,
};

/** A Pod that has ended uses nothing, and one that should have been gone by now is not held against its namespace. */
function usesNode(pod: Pod, nowMs: number): boolean {
  if (hasEnded(pod)) return false;
  const overdue = overdueAt(pod);
  return overdue === undefined || nowMs <= overdue;
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Its node has the grace period twice: in the timestamp, and once more in case it was late to hear of it. */
function overdueAt(pod: Pod): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (hasEnded(pod) || !deletionTimestamp || deletionGracePeriodSeconds === undefined) return undefined;
  return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function computeUsage({ requests, limits }: { requests: Amounts; limits: Amounts }): Amounts {
  const entries = Object.entries(requests).flatMap(([name, amount]) => {
    const asRequest = [`requests.${name}`, amount] as const;
    if (compute.includes(name) || isHugePages(name)) return [[name, amount] as const, asRequest];
    return isExtended(name) ? [asRequest] : [];
  });
  const limited = Object.entries(limits).filter(([name]) => compute.includes(name));
  return Object.fromEntries([...entries, ...limited.map(([name, amount]) => [`limits.${name}`, amount] as const)]);
}

function isDevice(resource: string): boolean {
  const name = resource.startsWith('requests.') ? resource.slice('requests.'.length) : '';
  return isExtended(name) || name.startsWith('deviceclass.resource.kubernetes.io/');
}

function isInScope(pod: Pod, scope: QuotaScope): boolean {
  const spec: PodSpec = pod.spec ?? { containers: [] };
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(spec);
    case 'NotTerminating':
      return !isTerminating(spec);
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return selectsClass(scope, spec.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return hasCrossNamespaceAffinity(spec);
    default:
      return false;
  }
}

function isTerminating(spec: PodSpec | undefined): boolean {
  return (spec?.activeDeadlineSeconds ?? -1) >= 0;
}

function hasCrossNamespaceAffinity({ affinity }: PodSpec): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((each) => {
    const preferred = each?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [
      ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
    ];
    return terms.some(({ namespaces, namespaceSelector }) => namespaces?.length || namespaceSelector);
  });
}

function uncountable({ spec }: Pod, limited: readonly string[]): string | undefined {
  // A Pod that says what it wants as a whole has said it for its containers.
  if (Object.keys(spec?.resources?.requests ?? {}).length || Object.keys(spec?.resources?.limits ?? {}).length) return;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const missing = mandatory
    .filter((name) => limited.includes(name))
    .sort()
    .flatMap((name) => {
      const silent = containers.filter((container) => !says(container, name)).map((container) => container.name);
      return silent.length > 0 ? [`${name} for: ${silent.sort().join(',')}`] : [];
    });
  return missing.length > 0 ? `must specify ${missing.join('; ')}` : undefined;
}

function says({ resources }: Container, name: string): boolean {
  const usage = computeUsage({ requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) });
  return usage[name] !== undefined;
}
