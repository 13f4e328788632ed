import type { FieldError } from '../../api/errors.ts';
import { immutable, invalidValue, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import { type LabelSelectorObject, labelSelectorFromObject } from '../../api/selectors.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';

/** The selector of a controller: there, well-formed and not empty. `owner` is how Kubernetes names the kind here. */
export function validateControllerSelector(
  selector: LabelSelectorObject | undefined,
  path: string,
  owner: string,
): FieldError[] {
  if (!selector) return [required(path)];
  const errors = validateLabelSelector(selector, path);
  if (isEmptySelector(selector)) {
    errors.push(invalidValue(path, selectorValue(selector), `empty selector is invalid for ${owner}`));
  }
  return errors;
}

/** True for a selector that can be used to select: one without errors. An absent one selects nothing. */
export function isUsableSelector(selector: LabelSelectorObject | undefined): boolean {
  return validateLabelSelector(selector, '').length === 0;
}

/** An absent selector is not empty: it selects nothing, an empty one everything. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelectorObject): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** A selector as error messages show it: its fields in the order of the API, labels sorted. */
export function selectorValue(selector: LabelSelectorObject | undefined): object | null {
  if (!selector) return null;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const expressions = matchExpressions.map(({ key, operator, values }) => ({
    key,
    operator,
    ...(values?.length ? { values } : {}),
  }));
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels: sortedByKey(matchLabels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

export function sortedByKey<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `a=b,c in (d,e)`: the form of `status.selector` of scales. Empty for a selector that is absent or cannot be used. */
export function selectorText(selector: LabelSelectorObject | undefined): string {
  return selector && isUsableSelector(selector) ? labelSelectorFromObject(selector).toString() : '';
}

/** The same in a table cell. */
export function selectorCell(selector: LabelSelectorObject | undefined): string {
  if (!isUsableSelector(selector)) return '<error>';
  return selectorText(selector) || '<none>';
}

/** A controller that selected other Pods than before would leave its own behind. */
export function validateSelectorUnchanged(
  selector: LabelSelectorObject | undefined,
  old: LabelSelectorObject | undefined,
  path: string,
): FieldError[] {
  const value = selectorValue(selector);
  return jsonEqual(value, selectorValue(old)) ? [] : [immutable(path, value)];
}
