import type { Ingress, KubernetesObject } from '../../../shared/api/object.ts';
import { classAnnotation } from '../../../shared/kinds/ingress/validate.ts';
import { defaultIngressClassAnnotation } from '../../../shared/kinds/ingress-class.ts';
import type { AdmissionPlugin } from './admission.ts';

/** An Ingress that names no class, in either way, gets the default one; of several defaults the newest. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  operations: ['CREATE'],
  resources: ['ingresses.networking.k8s.io'],
  admit({ object, list }) {
    const { metadata, spec } = object as Ingress;
    if (!spec || spec.ingressClassName !== undefined) return;
    if (metadata.annotations?.[classAnnotation] !== undefined) return;
    const defaults = list('ingressclasses.networking.k8s.io').filter(
      ({ metadata: { annotations } }) => annotations?.[defaultIngressClassAnnotation] === 'true',
    );
    const [newest] = [...defaults].sort(byAge);
    if (newest?.metadata.name) spec.ingressClassName = newest.metadata.name;
  },
};

function byAge({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): number {
  return compare(b.creationTimestamp ?? '', a.creationTimestamp ?? '') || compare(a.name ?? '', b.name ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
