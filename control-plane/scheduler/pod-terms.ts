import type { PodSpec } from '../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { PodInfo } from './pod-info.ts';

type Affinity = NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>;
type PodAffinityTerm = NonNullable<Affinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

/** The labels of a namespace. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>>;

/** Which Pods are meant, and within which part of the cluster. */
export interface Term {
  topologyKey: string;
  weight: number;
  selects(pod: PodInfo, labelsOf: NamespaceLabels): boolean;
}

/** Beside which other Pods a Pod wants to be, and beside which not. */
export interface PodTerms {
  required: readonly Term[];
  requiredAnti: readonly Term[];
  preferred: readonly Term[];
  preferredAnti: readonly Term[];
}

export const noTerms: PodTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] };

/** Nothing for a Pod that does not care about others. */
export function podTermsOf(spec: PodSpec | undefined, namespace: string): PodTerms | undefined {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return undefined;
  return {
    required: required(podAffinity, namespace),
    requiredAnti: required(podAntiAffinity, namespace),
    preferred: preferred(podAffinity, namespace),
    preferredAnti: preferred(podAntiAffinity, namespace),
  };
}

function required(affinity: Affinity | undefined, namespace: string): Term[] {
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => termOf(term, { namespace, weight: 1 }));
}

function preferred(affinity: Affinity | undefined, namespace: string): Term[] {
  const terms = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map(({ podAffinityTerm, weight }) => termOf(podAffinityTerm, { namespace, weight }));
}

function termOf(term: PodAffinityTerm, { namespace, weight }: { namespace: string; weight: number }): Term {
  const { topologyKey, namespaces = [], labelSelector, namespaceSelector } = term;
  const isLocal = namespaces.length === 0 && !namespaceSelector;
  const named = new Set(isLocal ? [namespace] : namespaces);
  const selector = selectorOf(labelSelector);
  const spaces = selectorOf(namespaceSelector);
  return {
    topologyKey,
    weight,
    selects: (pod, labelsOf) =>
      (named.has(pod.namespace) || spaces?.matches(labelsOf(pod.namespace)) === true) &&
      selector?.matches(pod.labels) === true,
  };
}

/** Without one nothing is selected. */
function selectorOf(selector: PodAffinityTerm['labelSelector']): LabelSelector | undefined {
  return selector && labelSelectorFromObject(selector);
}
