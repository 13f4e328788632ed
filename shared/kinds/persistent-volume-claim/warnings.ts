import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import type { ClaimSpec } from './validate-spec.ts';

const one = 10n ** 9n;

/** There is no part of a byte. */
export function claimSpecWarnings(spec: ClaimSpec | undefined, path: string): string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const text = spec?.resources?.[list]?.storage;
    if (text === undefined) return [];
    const size = parseQuantity(text);
    if (size.nano % one === 0n) return [];
    const field = `${path}.resources.${list}[storage]`;
    return [`${field}: fractional byte value "${formatQuantity(size)}" is invalid, must be an integer`];
  });
}
