import type { V1PersistentVolumeClaimTemplate } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden } from '../../api/field-errors.ts';
import type { ObjectMeta, Wire } from '../../api/object.ts';
import { validateAnnotations, validateLabels } from '../../api/validation.ts';
import { validateClaimSpec } from './validate-spec.ts';

/** What the claim of an ephemeral volume gets from its Pod. */
const notForTemplates = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies (keyof ObjectMeta)[];

export function validateClaimTemplate(template: Wire<V1PersistentVolumeClaimTemplate>, path: string): FieldError[] {
  const metadata = template.metadata ?? {};
  const present = notForTemplates.filter((field) => metadata[field] !== undefined && metadata[field] !== '');
  return [
    ...validateAnnotations(metadata.annotations ?? {}, `${path}.metadata.annotations`),
    ...validateLabels(metadata.labels ?? {}, `${path}.metadata.labels`),
    // The name of the field in Go with a small letter is what the path ends with.
    ...present.map((field) => forbidden(`${path}.metadata.${field === 'uid' ? 'uID' : field}`, 'cannot be set')),
    ...validateClaimSpec(template.spec ?? {}, `${path}.spec`),
  ];
}
