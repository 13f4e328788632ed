import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../../shared/api/object.ts';
import { podAmounts } from '../../../shared/kinds/pod/resources.ts';
import { amountsOf } from '../../../shared/kinds/resources/amounts.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { type Asked, aboveLimit, aboveRatio, aboveRequest, belowMinimum } from './limit-ranger/bounds.ts';
import { joinReasons, refusal } from './refuse.ts';

/** Where the namespace says so, containers get requests and limits that they lack. */
export const limitRangerDefaults: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE'],
  resources: ['pods'],
  admit(request) {
    for (const { spec } of limitRanges(request)) fillIn(request.object as Pod, spec?.limits ?? []);
  },
};

/** And nothing is let in that asks for more or less than the namespace allows. Containers cannot change later. */
export const podLimitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE'],
  resources: ['pods'],
  validate: (request) => check(request, (item) => podReasons(item, request.object as Pod)),
};

export const claimLimitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE', 'UPDATE'],
  resources: ['persistentvolumeclaims'],
  validate: (request) => check(request, (item) => claimReasons(item, request.object as PersistentVolumeClaim)),
};

function limitRanges({ list, namespace }: AdmissionRequest): LimitRange[] {
  return list('limitranges', namespace) as unknown as LimitRange[];
}

function check(request: AdmissionRequest, reasonsOf: (item: LimitRangeItem) => string[]): void {
  if (request.old?.metadata.deletionTimestamp) return;
  for (const { spec } of limitRanges(request)) {
    const reasons = (spec?.limits ?? []).flatMap(reasonsOf);
    if (reasons.length > 0) throw refusal(request, joinReasons(reasons));
  }
}

function podReasons(item: LimitRangeItem, { spec }: Pod): string[] {
  switch (item.type) {
    case 'Container': {
      const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
      return containers.flatMap(({ resources }) =>
        reasonsOf(item, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
      );
    }
    case 'Pod':
      return reasonsOf(item, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
    default:
      return [];
  }
}

function reasonsOf(item: LimitRangeItem, asked: Asked): string[] {
  return [...belowMinimum(item, asked), ...aboveLimit(item, asked), ...aboveRatio(item, asked)];
}

/** Claims have no limits. */
function claimReasons(item: LimitRangeItem, { spec }: PersistentVolumeClaim): string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const asked = { requests: amountsOf(spec?.resources?.requests), limits: {} };
  return [...belowMinimum(item, asked), ...aboveRequest(item, asked)];
}

/** Annotates the Pod with what it got. */
function fillIn(pod: Pod, items: readonly LimitRangeItem[]): void {
  const defaults = items.filter(({ type }) => type === 'Container');
  const requests = Object.assign({}, ...defaults.map(({ defaultRequest }) => defaultRequest));
  const limits = Object.assign({}, ...defaults.map((item) => item.default));
  const set = [
    ...(pod.spec?.containers ?? []).flatMap((container) => complete(container, 'container', { requests, limits })),
    ...(pod.spec?.initContainers ?? []).flatMap((container) =>
      complete(container, 'init container', { requests, limits }),
    ),
  ];
  if (set.length === 0) return;
  const text = `LimitRanger plugin set: ${set.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': text };
}

function complete(
  container: Container,
  what: string,
  defaults: Record<'requests' | 'limits', Readonly<Record<string, string>>>,
): string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const present = container.resources?.[list];
    const missing = Object.keys(defaults[list]).filter((name) => present?.[name] === undefined);
    if (missing.length === 0) return [];
    container.resources = { ...container.resources, [list]: { ...defaults[list], ...present } };
    return [`${missing.sort().join(', ')} ${list.slice(0, -1)} for ${what} ${container.name}`];
  });
}
