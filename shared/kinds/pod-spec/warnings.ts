import type { Container, PodSpec } from '../../api/object.ts';

/** Things in the spec of a Pod or a template that are accepted and probably not meant; `path` is where it is. */
export function podSpecWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) warnings.push(`${path}.imagePullSecrets[${index}].name: invalid empty name ""`);
  }
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      warnings.push(...duplicateVariables(container, `${path}.${list}[${index}]`));
    }
  }
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const field = `${path}.terminationGracePeriodSeconds`;
    warnings.push(`${field}: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  return warnings;
}

/** The later definition wins, but merging by name may lose it. */
function duplicateVariables({ env = [] }: Container, path: string): string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    // Building upon the earlier value is meant.
    if (!valueFrom && value !== reference && value.includes(reference)) return [];
    return [`${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`];
  });
}
