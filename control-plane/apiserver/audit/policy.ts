import type { RequestAttributes, ResourceAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';

/** `audit.k8s.io/v1`: how much of which requests is recorded. */
export interface AuditPolicy {
  rules: readonly AuditRule[];
  omitStages?: readonly AuditStage[];
  omitManagedFields?: boolean;
}

export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof auditLevels)[number];

export const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof auditStages)[number];

/** A request must meet all conditions; an absent or empty list is none. */
export interface AuditRule {
  level: AuditLevel;
  users?: readonly string[];
  userGroups?: readonly string[];
  verbs?: readonly string[];
  resources?: readonly GroupResources[];
  namespaces?: readonly string[];
  nonResourceURLs?: readonly string[];
  omitStages?: readonly AuditStage[];
  omitManagedFields?: boolean;
}

export interface GroupResources {
  group?: string;
  resources?: readonly string[];
  resourceNames?: readonly string[];
}

/** What is recorded of one request. */
export interface AuditConfig {
  level: AuditLevel;
  omitStages: ReadonlySet<AuditStage>;
  omitManagedFields: boolean;
}

/** The first rule that a request meets decides; without one, nothing is recorded. */
export function evaluatePolicy(
  policy: AuditPolicy,
  user: UserInfo | undefined,
  request: RequestAttributes,
): AuditConfig {
  const rule = policy.rules.find((one) => isMet(one, user, request));
  return {
    level: rule?.level ?? 'None',
    omitStages: new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])]),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

/** Whether a level records at least what another does. */
export function records(level: AuditLevel, atLeast: AuditLevel): boolean {
  return auditLevels.indexOf(level) >= auditLevels.indexOf(atLeast);
}

function isMet(rule: AuditRule, user: UserInfo | undefined, request: RequestAttributes): boolean {
  const { users = [], userGroups = [], verbs = [], resources = [], namespaces = [], nonResourceURLs = [] } = rule;
  if (users.length > 0 && !(user && users.includes(user.name))) return false;
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(request.verb)) return false;
  if (resources.length > 0 || namespaces.length > 0) return isAboutResource(rule, request);
  if (nonResourceURLs.length === 0) return true;
  return 'path' in request && nonResourceURLs.some((pattern) => isPath(pattern, request.path));
}

function isAboutResource({ resources = [], namespaces = [] }: AuditRule, request: RequestAttributes): boolean {
  if ('path' in request || (namespaces.length > 0 && !namespaces.includes(request.namespace))) return false;
  return resources.length === 0 || resources.some((one) => isAmong(one, request));
}

function isAmong(
  { group = '', resources = [], resourceNames = [] }: GroupResources,
  asked: ResourceAttributes,
): boolean {
  if (group !== asked.group && group !== '*') return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(asked.name)) return false;
  const { resource, subresource } = asked;
  const patterns =
    subresource === ''
      ? [resource, '*', `${resource}/*`]
      : [`${resource}/${subresource}`, '*', `*/${subresource}`, `${resource}/*`];
  return resources.some((pattern) => patterns.includes(pattern));
}

function isPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}
