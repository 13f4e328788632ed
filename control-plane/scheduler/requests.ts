import type { Container, PodSpec } from '../../shared/api/object.ts';
import { parseQuantity, quantityMilliValue, quantityValue } from '../../shared/api/quantity.ts';

/** Amounts by resource name: `cpu` in millicores, everything else in whole units (bytes, devices). */
export type Amounts = Readonly<Record<string, number>>;

/** What a container without a request counts as where load is compared, never where fit is decided. */
const assumedRequests: Amounts = { cpu: 100, memory: 200 * 1024 * 1024 };

/** Pods repeat the same few texts; parsing is exact and therefore not free. */
const parsed = new Map<string, number>();
const maximumParsed = 10_000;

function amount(resource: string, text: string): number {
  const id = `${resource} ${text}`;
  const known = parsed.get(id);
  if (known !== undefined) return known;
  const quantity = parseQuantity(text);
  const value = resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
  if (parsed.size >= maximumParsed) parsed.clear();
  parsed.set(id, value);
  return value;
}

export function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  return Object.fromEntries(Object.entries(list ?? {}).map(([resource, text]) => [resource, amount(resource, text)]));
}

/**
 * What a Pod needs of its node: the sum of its containers and sidecars, or what its init containers need beside the
 * sidecars started before them, whichever is more; requests of the Pod as a whole replace both; plus the overhead.
 */
export function podRequests(spec: PodSpec | undefined): Amounts {
  return total(spec, {});
}

/** The same with assumed requests where a container has none, so that Pods without requests weigh something. */
export function assumedPodRequests(spec: PodSpec | undefined): Amounts {
  return total(spec, assumedRequests);
}

function total(spec: PodSpec | undefined, fallback: Amounts): Amounts {
  const requestsOf = (container: Container) => ({ ...fallback, ...amountsOf(container.resources?.requests) });
  let sidecars: Amounts = {};
  let initPeak: Amounts = {};
  for (const container of spec?.initContainers ?? []) {
    const own = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, own);
      initPeak = most(initPeak, sidecars);
    } else initPeak = most(initPeak, add(sidecars, own));
  }
  const running = (spec?.containers ?? []).reduce((sum, container) => add(sum, requestsOf(container)), sidecars);
  const whole = amountsOf(spec?.resources?.requests);
  return add({ ...most(running, initPeak), ...whole }, amountsOf(spec?.overhead));
}

export function add(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => x + y);
}

/** Adds to a running total, or with -1 takes away from it, in place: it is done for each Pod that is tried somewhere. */
export function accumulate(total: Record<string, number>, amounts: Amounts, by: 1 | -1): void {
  for (const resource in amounts) total[resource] = (total[resource] ?? 0) + by * amounts[resource]!;
}

function most(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, Math.max);
}

function combine(a: Amounts, b: Amounts, operation: (x: number, y: number) => number): Amounts {
  const result: Record<string, number> = { ...a };
  for (const [resource, value] of Object.entries(b)) result[resource] = operation(result[resource] ?? 0, value);
  return result;
}
