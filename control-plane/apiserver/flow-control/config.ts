import type { RequestAttributes } from '../auth/authorize.ts';
import { hasOrAll, urlCovers } from '../auth/rbac/rules.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { Queuing } from './priority-level.ts';
import type { SeatShare } from './seat-pool.ts';

/** `flowcontrol.apiserver.k8s.io/v1` FlowSchema, as far as requests are classified by it. */
export interface FlowSchema {
  metadata: { name: string; uid: string };
  spec: {
    matchingPrecedence?: number;
    priorityLevelConfiguration: { name: string };
    distinguisherMethod?: { type: 'ByUser' | 'ByNamespace' };
    rules?: PolicyRulesWithSubjects[];
  };
}

interface PolicyRulesWithSubjects {
  subjects: Subject[];
  resourceRules?: ResourceRule[];
  nonResourceRules?: { verbs: string[]; nonResourceURLs: string[] }[];
}

interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount';
  user?: { name: string };
  group?: { name: string };
  serviceAccount?: { namespace: string; name: string };
}

interface ResourceRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  clusterScope?: boolean;
  namespaces?: string[];
}

/** `flowcontrol.apiserver.k8s.io/v1` PriorityLevelConfiguration, as far as it limits anything. */
export interface PriorityLevelConfiguration {
  metadata: { name: string; uid: string };
  spec: {
    type: 'Exempt' | 'Limited';
    exempt?: Shares;
    limited?: Shares & {
      borrowingLimitPercent?: number | null;
      limitResponse?: {
        type: 'Queue' | 'Reject';
        queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number };
      };
    };
  };
}

interface Shares {
  nominalConcurrencyShares?: number | null;
  lendablePercent?: number | null;
}

/** What a level may do with the seats of all. */
export interface LevelLimits {
  share: SeatShare;
  /** Seats that one request may take. */
  widest: number;
  /** Absent: what finds no seat is refused at once. */
  queuing?: Queuing;
}

/** Whether a schema is for a request. */
export function matches({ spec }: FlowSchema, user: UserInfo, attributes: RequestAttributes): boolean {
  return (spec.rules ?? []).some(
    (rule) => rule.subjects.some((subject) => isSubject(subject, user)) && coversRequest(rule, attributes),
  );
}

function isSubject({ kind, user, group, serviceAccount }: Subject, who: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return user?.name === '*' || user?.name === who.name;
    case 'Group':
      return group !== undefined && (group.name === '*' || who.groups.includes(group.name));
    case 'ServiceAccount': {
      const { namespace, name } = serviceAccount ?? { namespace: '', name: '' };
      if (name === '*') return who.name.startsWith(`system:serviceaccount:${namespace}:`);
      return who.name === `system:serviceaccount:${namespace}:${name}`;
    }
  }
}

function coversRequest(rule: PolicyRulesWithSubjects, attributes: RequestAttributes): boolean {
  if ('path' in attributes) {
    return (rule.nonResourceRules ?? []).some(
      ({ verbs, nonResourceURLs }) =>
        hasOrAll(verbs, attributes.verb) && nonResourceURLs.some((url) => urlCovers(url, attributes.path)),
    );
  }
  const { verb, group, resource, subresource, namespace } = attributes;
  const path = subresource === '' ? resource : `${resource}/${subresource}`;
  return (rule.resourceRules ?? []).some(
    ({ verbs, apiGroups, resources, clusterScope, namespaces }) =>
      hasOrAll(verbs, verb) &&
      hasOrAll(apiGroups, group) &&
      hasOrAll(resources, path) &&
      (namespace === '' ? clusterScope === true : hasOrAll(namespaces, namespace)),
  );
}

/** Which of a schema's requests are of one flow. */
export function flowOf({ metadata, spec }: FlowSchema, user: UserInfo, attributes: RequestAttributes): string {
  const by = spec.distinguisherMethod?.type;
  if (by === 'ByUser') return `${metadata.name}/${user.name}`;
  if (by === 'ByNamespace') return `${metadata.name}/${'namespace' in attributes ? attributes.namespace : ''}`;
  return metadata.name;
}

/** Kubernetes' defaults of what a level leaves out. */
const defaultShares = 30;
const defaults: Queuing = { queues: 64, handSize: 8, queueLengthLimit: 50 };

/** A request that takes more seats than this is to be found in no level. */
const widestOfAll = 10;
/** No request takes more of its level than this. */
const widestPart = 0.15;

/** A level's part of all seats, by its part of all shares. */
export function limitsOf(
  { spec }: PriorityLevelConfiguration,
  { totalSeats, totalShares }: { totalSeats: number; totalShares: number },
): LevelLimits {
  const nominal = Math.ceil((totalSeats * sharesOf({ spec })) / Math.max(totalShares, 1));
  const percent = (value: number) => Math.round((nominal * value) / 100);
  const minimum = nominal - percent((spec.limited ?? spec.exempt)?.lendablePercent ?? 0);
  const { limitResponse, borrowingLimitPercent } = spec.limited ?? {};
  const maximum = nominal + (borrowingLimitPercent == null ? totalSeats : percent(borrowingLimitPercent));
  const queuing = limitResponse?.type === 'Queue' ? { ...defaults, ...limitResponse.queuing } : undefined;
  // What is wide finds its seats among those that the level always has, so that it cannot be kept waiting for ever.
  const bounds = [widestOfAll, widestPart * nominal, nominal / (queuing?.handSize ?? 1), minimum];
  const widest = Math.max(1, Math.floor(Math.min(...bounds)));
  return { share: { minimum, nominal, maximum }, widest, ...(queuing ? { queuing } : {}) };
}

export function sharesOf({ spec }: Pick<PriorityLevelConfiguration, 'spec'>): number {
  if (spec.type === 'Exempt') return spec.exempt?.nominalConcurrencyShares ?? 0;
  return spec.limited?.nominalConcurrencyShares ?? defaultShares;
}
