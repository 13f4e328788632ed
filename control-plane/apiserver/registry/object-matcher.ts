import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import { parseFieldSelector, parseLabelSelector } from '../../../shared/api/selectors.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { toServed } from './served-form.ts';

/** One state of an object, parsed when somebody needs it. */
export interface MatchedObject {
  readonly key: ObjectKey;
  parsed(): KubernetesObject;
}

export interface Selectors {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** Compiles selectors over the objects of a kind. Throws BadRequest for those that cannot be read. */
export function objectMatcher(
  kind: KindDefinition | undefined,
  { labelSelector, fieldSelector }: Selectors,
): (object: MatchedObject) => boolean {
  const labels = parseLabelSelector(labelSelector ?? '');
  const fields = parseFieldSelector(fieldSelector ?? '');
  const selectable = kind?.selectableFields ?? {};
  fields.requireSupported(Object.keys(selectable));
  if (labels.isEmpty() && fields.isEmpty()) return () => true;
  return (object) => {
    let served: KubernetesObject | undefined;
    const parsed = () => {
      served ??= kind ? toServed(kind, object.parsed()) : object.parsed();
      return served;
    };
    const value = (field: string) => fieldValue(selectable, { key: object.key, parsed }, field);
    if (!fields.isEmpty() && !fields.matches(value)) return false;
    return labels.isEmpty() || labels.matches(object.parsed().metadata.labels ?? {});
  };
}

function fieldValue(
  selectable: NonNullable<KindDefinition['selectableFields']>,
  object: MatchedObject,
  field: string,
): string {
  if (field === 'metadata.name') return object.key.name;
  if (field === 'metadata.namespace') return object.key.namespace;
  return selectable[field]?.(object.parsed()) ?? '';
}
