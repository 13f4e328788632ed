import type * as models from '@kubernetes/client-node';
import { badRequest } from '../errors.ts';
import { goQuote } from '../go-format.ts';
import type { Wire } from '../object.ts';
import { LabelParser } from './label-parser.ts';

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

/** One condition on one label. `values` is sorted; it is empty for `exists` and `!`, and one value for the symbols. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** `metav1.LabelSelector`: what a spec holds. */
export type LabelSelectorObject = Wire<models.V1LabelSelector>;

/** A longer selector costs more to match on every object than any client needs. */
const maximumLength = 16 * 1024;

/** A conjunction of requirements on labels. Immutable. */
export class LabelSelector {
  /** Sorted by key. */
  readonly requirements: readonly LabelRequirement[];

  constructor(requirements: readonly LabelRequirement[]) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  matches(labels: Labels | undefined): boolean {
    return this.requirements.every((requirement) => meets(requirement, labels ?? {}));
  }

  /** True when every object is selected. */
  isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** The value that `key` must have, where there is exactly one; an index can then answer most of the selector. */
  exactValue(key: string): string | undefined {
    const exact = this.requirements.find(
      (requirement) =>
        requirement.key === key &&
        requirement.values.length === 1 &&
        (requirement.operator === '=' || requirement.operator === '==' || requirement.operator === 'in'),
    );
    return exact?.values[0];
  }

  /** The form that `labelSelector` parameters and `status.selector` of scales have. */
  toString(): string {
    return this.requirements.map(print).join(',');
  }
}

function meets({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'gt':
      return isInteger(value) && BigInt(value) > BigInt(values[0] as string);
    case 'lt':
      return isInteger(value) && BigInt(value) < BigInt(values[0] as string);
    default:
      return value !== undefined && values.includes(value);
  }
}

function isInteger(value: string | undefined): value is string {
  return value !== undefined && /^-?[0-9]+$/.test(value);
}

function print({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

/** Parses the `labelSelector` parameter; the empty text selects everything. Throws BadRequest. */
export function parseLabelSelector(text: string): LabelSelector {
  if (text.length > maximumLength) throw badRequest(`labelSelector must be no more than ${maximumLength} characters`);
  return new LabelSelector(new LabelParser(text).parse());
}

/** The selector that wants each of these labels: that of Services and ReplicationControllers. */
export function labelSelectorFromSet(labels: Labels): LabelSelector {
  return new LabelSelector(Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

const objectOperators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** The selector of a `LabelSelector` object; an empty one selects everything. Throws BadRequest on an unknown operator. */
export function labelSelectorFromObject(selector: LabelSelectorObject): LabelSelector {
  const equal = labelSelectorFromSet(selector.matchLabels ?? {}).requirements;
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    const known = objectOperators[operator];
    if (!known) throw badRequest(`${goQuote(operator)} is not a valid label selector operator`);
    return { key, operator: known, values: [...(values ?? [])].sort() };
  });
  return new LabelSelector([...equal, ...expressions]);
}
