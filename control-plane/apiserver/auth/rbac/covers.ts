import { goQuote } from '../../../../shared/api/go-format.ts';
import type { PolicyRule } from '../../../../shared/api/object.ts';
import { hasOrAll, urlCovers } from './rules.ts';

/**
 * What of `wanted` the rules of an owner do not include, in rules of one verb on one thing each. Empty: all of it is
 * covered, so that whoever holds `owned` gives nothing away that is not theirs.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !owned.some((rule) => covers(rule, part)));
}

function breakDown(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const parts: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) parts.push(part);
        else parts.push(...resourceNames.map((name) => ({ ...part, resourceNames: [name] })));
      }
    }
  }
  for (const url of nonResourceURLs) {
    for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return parts;
}

/** `part` is a result of `breakDown`. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const [verb = ''] = part.verbs;
  if (!hasOrAll(rule.verbs, verb)) return false;
  const url = part.nonResourceURLs?.[0];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => urlCovers(pattern, url));
  const [group = ''] = part.apiGroups ?? [];
  const [resource = ''] = part.resources ?? [];
  return hasOrAll(rule.apiGroups, group) && resourceCovers(rule.resources, resource) && nameCovers(rule, part);
}

function resourceCovers(list: readonly string[] | undefined, resource: string): boolean {
  if (hasOrAll(list, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && (list?.includes(`*${resource.slice(slash)}`) ?? false);
}

/** A rule for all names covers each of them, one for some names never all. */
function nameCovers({ resourceNames = [] }: PolicyRule, part: PolicyRule): boolean {
  if (resourceNames.length === 0) return true;
  const name = part.resourceNames?.[0];
  return name !== undefined && resourceNames.includes(name);
}

/** One rule for the same thing instead of one for each verb. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const compacted: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = simpleKey(rule);
    const known = key === undefined ? undefined : simple.get(key);
    if (known) {
      known.verbs = [...known.verbs, ...rule.verbs];
      continue;
    }
    const copy = { ...rule };
    if (key !== undefined) simple.set(key, copy);
    compacted.push(copy);
  }
  return compacted;
}

/** What a rule for one resource is about; undefined for any other rule. */
function simpleKey({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule) {
  const isSimple =
    apiGroups.length === 1 && resources.length === 1 && resourceNames.length <= 1 && nonResourceURLs.length === 0;
  return isSimple ? JSON.stringify([apiGroups, resources, resourceNames]) : undefined;
}

/** A rule as messages show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function describeRule(rule: PolicyRule): string {
  const parts: readonly [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts.filter(([, list]) => list?.length).map(([name, list = []]) => `${name}:${goQuoteAll(list)}`);
  return `{${shown.join(', ')}}`;
}

/** `%q` of a list of strings. */
export function goQuoteAll(list: readonly string[]): string {
  return `[${list.map(goQuote).join(' ')}]`;
}
