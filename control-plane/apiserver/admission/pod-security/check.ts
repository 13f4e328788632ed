import type { Container, ObjectMeta, PodSpec } from '../../../../shared/api/object.ts';

/** A Pod, or what a template says of one. */
export interface PodForm {
  metadata?: Partial<ObjectMeta>;
  spec: PodSpec;
}

/** What is wrong in few words, and where. */
export interface Violation {
  reason: string;
  detail: string;
}

/** How a Pod breaks a rule, if it does. */
export type Find = (pod: PodForm) => Violation | undefined;

/** One rule of the Pod Security Standards. */
export interface Check {
  level: 'baseline' | 'restricted';
  /** A rule that says more than one of the lower level, which is then left out. */
  replaces?: Check;
  /** The rule as it was from a minor version on, oldest first. Before the first there was none. */
  versions: readonly { since: number; find: Find }[];
}

/** The versions of a rule that spares some Pods from a minor version on. */
export function sparing(isSpared: (pod: PodForm) => boolean, from: number, rule: Check['versions'][number]) {
  return [rule, { since: from, find: (pod: PodForm) => (isSpared(pod) ? undefined : rule.find(pod)) }];
}

export function containersOf({ initContainers, containers, ephemeralContainers }: PodSpec): Container[] {
  return [...(initContainers ?? []), ...(containers ?? []), ...((ephemeralContainers ?? []) as Container[])];
}

/** Names of the containers of which this is true. */
export function containersWhere({ spec }: PodForm, isMeant: (container: Container) => boolean): string[] {
  return containersOf(spec)
    .filter(isMeant)
    .map(({ name }) => name);
}

export function plural(count: number, one: string): string {
  return count === 1 ? one : `${one}s`;
}

/** `"a", "b"`. */
export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}

/** `container "a"`, `volumes "a", "b"`. */
export function named(what: string, names: readonly string[]): string {
  return `${plural(names.length, what)} ${quoted(names)}`;
}

/** `pod and containers "a", "b"`: who sets something. */
export function setters(isSetByPod: boolean, containers: readonly string[]): string[] {
  return [...(isSetByPod ? ['pod'] : []), ...(containers.length > 0 ? [named('container', containers)] : [])];
}

/** Each once, sorted. */
export function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}

export function isWindows({ spec }: PodForm): boolean {
  return spec.os?.name === 'windows';
}

/** Root in a user namespace of its own is nobody on the host. */
export function hasUserNamespace({ spec }: PodForm): boolean {
  return spec.hostUsers === false;
}
