import type { LimitRangeItem } from '../../../../shared/api/object.ts';
import { formatQuantity, type Quantity } from '../../../../shared/api/quantity.ts';
import { type Amounts, amountsOf } from '../../../../shared/kinds/resources/amounts.ts';

/** What a container, a Pod or a claim asks for and may use. */
export interface Asked {
  requests: Amounts;
  limits: Amounts;
}

type Pair = { request: Quantity | undefined; limit: Quantity | undefined };

/** Each gives the first reason for every resource that is out of bounds. */

export function belowMinimum({ type, min }: LimitRangeItem, asked: Asked): string[] {
  return each(min, asked, (name, bound, { request, limit }) => {
    const rule = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
    if (!request) return `${rule}.  No request is specified`;
    if (request.nano < bound.nano) return `${rule}, but request is ${formatQuantity(request)}`;
    if (limit && limit.nano < bound.nano) return `${rule}, but limit is ${formatQuantity(limit)}`;
    return undefined;
  });
}

export function aboveLimit({ type, max }: LimitRangeItem, asked: Asked): string[] {
  return each(max, asked, (name, bound, { request, limit }) => {
    const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
    if (!limit) return `${rule}.  No limit is specified`;
    if (limit.nano > bound.nano) return `${rule}, but limit is ${formatQuantity(limit)}`;
    if (request && request.nano > bound.nano) return `${rule}, but request is ${formatQuantity(request)}`;
    return undefined;
  });
}

/** For what has no limits. */
export function aboveRequest({ type, max }: LimitRangeItem, asked: Asked): string[] {
  return each(max, asked, (name, bound, { request }) => {
    const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
    if (!request) return `${rule}.  No request is specified`;
    return request.nano > bound.nano ? `${rule}, but request is ${formatQuantity(request)}` : undefined;
  });
}

export function aboveRatio({ type, maxLimitRequestRatio }: LimitRangeItem, asked: Asked): string[] {
  return each(maxLimitRequestRatio, asked, (name, bound, { request, limit }) => {
    const rule = `${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`;
    if (!request || request.nano === 0n) return `${rule}, but no request is specified or request is 0`;
    if (!limit || limit.nano === 0n) return `${rule}, but no limit is specified or limit is 0`;
    if (limit.nano * one <= bound.nano * request.nano) return undefined;
    return `${rule}, but provided ratio is ${(Number(limit.nano) / Number(request.nano)).toFixed(6)}`;
  });
}

const one = 10n ** 9n;

function each(
  bounds: Readonly<Record<string, string>> | undefined,
  { requests, limits }: Asked,
  reason: (name: string, bound: Quantity, asked: Pair) => string | undefined,
): string[] {
  return Object.entries(amountsOf(bounds)).flatMap(([name, bound]) => {
    const found = reason(name, bound, { request: requests[name], limit: limits[name] });
    return found === undefined ? [] : [found];
  });
}
