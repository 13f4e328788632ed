import type { AdmissionRule } from '../../../../shared/kinds/admission-webhooks/validate-rules.ts';

/** What of a request rules look at. */
export interface RuleSubject {
  operation: string;
  group: string;
  version: string;
  /** Plural. */
  plural: string;
  subresource: string;
  /** Of the kind, Namespaces themselves included among the cluster-scoped. */
  isNamespaced: boolean;
}

export function matchesRule(rule: AdmissionRule, subject: RuleSubject): boolean {
  const { operation, group, version } = subject;
  return (
    matchesScope(rule.scope, subject.isNamespaced) &&
    names(rule.operations, operation) &&
    names(rule.apiGroups, group) &&
    names(rule.apiVersions, version) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, subject))
  );
}

function matchesScope(scope: string | undefined, isNamespaced: boolean): boolean {
  return scope === undefined || scope === '*' || (scope === 'Namespaced') === isNamespaced;
}

function names(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

/** `pods` means no subresource, `pods/*` all of them and the resource itself. */
function matchesResource(pattern: string, { plural, subresource }: RuleSubject): boolean {
  const at = pattern.indexOf('/');
  const resource = at < 0 ? pattern : pattern.slice(0, at);
  const wanted = at < 0 ? '' : pattern.slice(at + 1);
  return (resource === '*' || resource === plural) && (wanted === '*' || wanted === subresource);
}
