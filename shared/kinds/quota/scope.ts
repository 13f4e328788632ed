import type { ResourceQuota } from '../../api/object.ts';
import { labelSelectorFromObject } from '../../api/selectors.ts';
import type { QuotaScope } from '../define-kind.ts';

/** Everything that an object must be in for the quota to concern it. */
export function scopesOf({ spec }: ResourceQuota): QuotaScope[] {
  const scopes = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

/** Compares the class that an object names, if it does, as a label selector would. */
export function selectsClass({ scopeName, operator, values }: QuotaScope, className: string | undefined): boolean {
  const expression = { key: scopeName, operator, values: [...(values ?? [])] };
  const labels: Record<string, string> = className ? { [scopeName]: className } : {};
  return labelSelectorFromObject({ matchExpressions: [expression] }).matches(labels);
}
