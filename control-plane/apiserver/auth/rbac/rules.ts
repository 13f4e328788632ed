import type { PolicyRule } from '../../../../shared/api/object.ts';
import type { RequestAttributes } from '../authorize.ts';

/** Whether a rule of a role permits a request. */
export function ruleAllows(rule: PolicyRule, attributes: RequestAttributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) return (rule.nonResourceURLs ?? []).some((url) => urlCovers(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  return (
    hasOrAll(rule.apiGroups, group) &&
    resourceMatches(rule.resources, resource, subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

/** Whether a list of a rule names something, or everything. A stored rule may have no such list. */
export function hasOrAll(list: readonly string[] | null | undefined, wanted: string): boolean {
  return list ? list.includes(wanted) || list.includes('*') : false;
}

/** `pods/log` is matched by itself, by the same subresource of anything, and by everything; never by `pods`. */
function resourceMatches(list: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (!list) return false;
  if (subresource === '') return hasOrAll(list, resource);
  return hasOrAll(list, `${resource}/${subresource}`) || list.includes(`*/${subresource}`);
}

/** `*` is all paths, a trailing one all paths with that beginning. */
export function urlCovers(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}
