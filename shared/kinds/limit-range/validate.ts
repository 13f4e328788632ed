import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { LimitRange, LimitRangeItem } from '../../api/object.ts';
import { formatQuantity, parseQuantity, type Quantity, quantityMilliValue } from '../../api/quantity.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import { isOvercommitAllowed, validateContainerResourceName, validateResourceName } from '../resources/names.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const bounds = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const one = parseQuantity('1').nano;

type Bounds = Partial<Record<(typeof bounds)[number], Quantity>>;

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const items = spec?.limits ?? [];
  return items.flatMap((item, index) => {
    const path = `spec.limits[${index}]`;
    const isRepeated = items.slice(0, index).some(({ type }) => type === item.type);
    return [
      ...validateType(item.type, `${path}.type`),
      ...(isRepeated ? [duplicate(`${path}.type`, item.type)] : []),
      ...validateNames(item, path),
      ...resourcesOf(item).flatMap((name) => compare(name, boundsOf(item, name), path)),
    ];
  });
}

function validateType(type: string, path: string): FieldError[] {
  const errors = invalidValues(path, type, checkQualifiedName(type));
  if (errors.length > 0 || type.includes('/') || types.includes(type)) return errors;
  return [invalidValue(path, type, 'must be a standard limit type or fully qualified')];
}

function validateNames(item: LimitRangeItem, path: string): FieldError[] {
  const validate = ['Pod', 'Container'].includes(item.type) ? validateContainerResourceName : validateResourceName;
  const errors = meantBounds(item).flatMap((bound) =>
    Object.keys(item[bound] ?? {}).flatMap((name) => validate(name, `${path}.${bound}[${name}]`)),
  );
  for (const bound of ['default', 'defaultRequest'] as const) {
    if (meantBounds(item).includes(bound) || Object.keys(item[bound] ?? {}).length === 0) continue;
    errors.push(forbidden(`${path}.${bound}`, "may not be specified when `type` is 'Pod'"));
  }
  if (item.type === 'PersistentVolumeClaim' && !item.min?.storage && !item.max?.storage) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${path}.limits`, detail));
  }
  return errors;
}

/** A Pod as a whole gets no defaults: they could not be shared out among its containers. */
function meantBounds({ type }: LimitRangeItem): readonly (typeof bounds)[number][] {
  return type === 'Pod' ? ['max', 'min', 'maxLimitRequestRatio'] : bounds;
}

function resourcesOf(item: LimitRangeItem): string[] {
  return [...new Set(meantBounds(item).flatMap((bound) => Object.keys(item[bound] ?? {})))].sort();
}

function boundsOf(item: LimitRangeItem, name: string): Bounds {
  const entries = meantBounds(item).flatMap((bound) => {
    const text = item[bound]?.[name];
    return text === undefined ? [] : [[bound, parseQuantity(text)]];
  });
  return Object.fromEntries(entries) as Bounds;
}

/** Pairs of which the first may not be greater than the second, and where and of which value that is said. */
const orders = [
  { low: 'min', high: 'max', at: 'min' },
  { low: 'min', high: 'defaultRequest', at: 'defaultRequest' },
  { low: 'defaultRequest', high: 'max', at: 'defaultRequest' },
  { low: 'defaultRequest', high: 'default', at: 'defaultRequest' },
  { low: 'min', high: 'default', at: 'default', value: 'min' },
  { low: 'default', high: 'max', at: 'default', value: 'max' },
] as const;

function compare(name: string, values: Bounds, path: string): FieldError[] {
  const errors = orders.flatMap((order) => {
    const [low, high] = [values[order.low], values[order.high]];
    if (!low || !high || low.nano <= high.nano) return [];
    const texts = { low: formatQuantity(low), high: formatQuantity(high) };
    const detail = `${title(order.low, order.high)} value ${texts.low} is greater than ${title(order.high, order.low)} value ${texts.high}`;
    const value = values['value' in order ? order.value : order.at]!;
    return [invalidValue(`${path}.${order.at}[${name}]`, formatQuantity(value), detail)];
  });
  return [...errors, ...validateRatio(name, values, path), ...validateFixed(name, values, path)];
}

function title(bound: keyof Bounds, other: keyof Bounds): string {
  if (bound === 'defaultRequest') return 'default request';
  return bound === 'default' && other === 'defaultRequest' ? 'default limit' : bound;
}

function validateRatio(name: string, { maxLimitRequestRatio: ratio, min, max }: Bounds, path: string): FieldError[] {
  if (!ratio) return [];
  const field = `${path}.maxLimitRequestRatio[${name}]`;
  const text = formatQuantity(ratio);
  const errors = ratio.nano < one ? [invalidValue(field, text, `ratio ${text} is less than 1`)] : [];
  if (!min || !max) return errors;
  const widest = quantityMilliValue(max) / quantityMilliValue(min);
  if (quantityMilliValue(ratio) / 1000 > widest) {
    errors.push(invalidValue(field, text, `ratio ${text} is greater than max/min = ${widest.toFixed(6)}`));
  }
  return errors;
}

function validateFixed(name: string, values: Bounds, path: string): FieldError[] {
  const { default: limit, defaultRequest: request } = values;
  if (!limit || !request || isOvercommitAllowed(name) || limit.nano === request.nano) return [];
  const [limitText, requestText] = [formatQuantity(limit), formatQuantity(request)];
  const detail = `default value ${limitText} must equal to defaultRequest value ${requestText} in ${name}`;
  return [invalidValue(`${path}.defaultRequest[${name}]`, requestText, detail)];
}
