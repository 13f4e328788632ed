import type { Container, Pod } from '../../api/object.ts';

/** Things that are accepted and probably not meant. */
export function podWarnings({ spec }: Pod): string[] {
  if (!spec) return [];
  const warnings: string[] = [];
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    );
  }
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) warnings.push(`spec.imagePullSecrets[${index}].name: invalid empty name ""`);
  }
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      warnings.push(...duplicateVariables(container, `spec.${list}[${index}]`));
    }
  }
  return warnings;
}

/** The later definition wins, but merging by name may lose it. */
function duplicateVariables({ env = [] }: Container, path: string): string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [`${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`];
  });
}
