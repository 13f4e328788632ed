import type { Ingress } from '../../../shared/api/object.ts';
import { classAnnotation } from '../../../shared/kinds/ingress/validate.ts';
import { defaultIngressClassAnnotation } from '../../../shared/kinds/ingress-class.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newest } from './newest.ts';

/** An Ingress that names no class, in either way, gets the default one; of several defaults the newest. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  operations: ['CREATE'],
  resources: ['ingresses.networking.k8s.io'],
  admit({ object, list }) {
    const { metadata, spec } = object as Ingress;
    if (!spec || spec.ingressClassName !== undefined) return;
    if (metadata.annotations?.[classAnnotation] !== undefined) return;
    const classes = list('ingressclasses.networking.k8s.io');
    const chosen = newest(
      classes.filter(({ metadata: { annotations } }) => annotations?.[defaultIngressClassAnnotation] === 'true'),
    );
    if (chosen?.metadata.name) spec.ingressClassName = chosen.metadata.name;
  },
};
