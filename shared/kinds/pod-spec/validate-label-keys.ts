import type { V1LabelSelector } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues } from '../../api/field-errors.ts';
import { checkQualifiedName } from '../../api/validation.ts';

export interface LabelKeys {
  matchLabelKeys?: readonly string[];
  mismatchLabelKeys?: readonly string[];
  labelSelector?: Pick<V1LabelSelector, 'matchLabels' | 'matchExpressions'>;
}

/** `matchLabelKeys` and `mismatchLabelKeys` of a Pod whose selectors have been narrowed by them already. */
export function validateLabelKeys(keys: LabelKeys, path: string): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = keys;
  const clashes = matchLabelKeys.flatMap((key, index) => {
    if (!mismatchLabelKeys.includes(key)) return [];
    return [
      invalidValue(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'),
    ];
  });
  return [
    ...validateNames(matchLabelKeys, labelSelector, `${path}.matchLabelKeys`),
    ...validateNames(mismatchLabelKeys, labelSelector, `${path}.mismatchLabelKeys`),
    ...validateSelector(matchLabelKeys, labelSelector, path),
    ...clashes,
  ];
}

function validateNames(keys: readonly string[], selector: object | undefined, path: string): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbidden(path, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => invalidValues(`${path}[${index}]`, key, checkQualifiedName(key)));
}

/** One requirement for a key is the one that the key itself has become; the client has not to add another. */
function validateSelector(
  keys: readonly string[],
  { matchLabels = {}, matchExpressions = [] }: NonNullable<LabelKeys['labelSelector']> = {},
  path: string,
): FieldError[] {
  const seen = new Set(Object.keys(matchLabels));
  return matchExpressions.flatMap(({ key }) => {
    const index = keys.lastIndexOf(key);
    const isRepeated = index >= 0 && seen.has(key);
    seen.add(key);
    return isRepeated
      ? [invalidValue(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')]
      : [];
  });
}
