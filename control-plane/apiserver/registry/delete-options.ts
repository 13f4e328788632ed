import { type FieldError, invalid } from '../../../shared/api/errors.ts';
import type { DeleteOptions, KubernetesObject } from '../../../shared/api/object.ts';
import { fieldErrors } from '../../../shared/api/validation.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';

const policies = ['Foreground', 'Background', 'Orphan'];
const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

export function validateDeleteOptions({ propagationPolicy, orphanDependents }: DeleteOptions): void {
  const errors: FieldError[] = [];
  const path = 'propagationPolicy';
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(fieldErrors.invalidValue(path, propagationPolicy, why));
  } else if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    errors.push(fieldErrors.notSupported(path, propagationPolicy, [...policies, 'nil']));
  }
  if (errors.length === 0) return;
  throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions', kind: 'DeleteOptions' }, errors);
}

/** Warns a client that leaves the fate of the dependents to the kind, where the kind thinks that it should know. */
export function warnOfPropagation(
  { kind, warnings }: { kind: KindDefinition; warnings: string[] },
  { propagationPolicy, orphanDependents }: DeleteOptions,
): void {
  const { propagationWarning } = kind.deletion ?? {};
  const isSaid = propagationPolicy !== undefined || orphanDependents !== undefined;
  if (propagationWarning && !isSaid) warnings.push(propagationWarning);
}

/** The finalizers that an object has once its deletion begins: the garbage collector's two say what dependents get. */
export function deletionFinalizers(kind: KindDefinition, object: KubernetesObject, options: DeleteOptions): string[] {
  const present = [...new Set([...(object.metadata.finalizers ?? []), ...finalizersOf(kind, object)])];
  const policy = propagationOf(kind, present, options);
  const others = present.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  if (policy === 'Foreground') return [...others, foregroundFinalizer];
  return others;
}

/** Only the first delete adds them: what a controller has taken away stays away. */
function finalizersOf(kind: KindDefinition, { metadata }: KubernetesObject): readonly string[] {
  return metadata.deletionTimestamp ? [] : (kind.deletion?.finalizers ?? []);
}

/** Explicit options first, then what finalizers already say, then the habit of the kind. */
function propagationOf(kind: KindDefinition, finalizers: readonly string[], options: DeleteOptions): string {
  const standard = kind.deletion?.defaultPropagation ?? 'Background';
  if (standard === 'Unsupported') return 'Background';
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (options.propagationPolicy !== undefined) return options.propagationPolicy;
  if (finalizers.includes(orphanFinalizer)) return 'Orphan';
  if (finalizers.includes(foregroundFinalizer)) return 'Foreground';
  return standard;
}
