import type { KubernetesObject } from '../../api/object.ts';
import { checkDNS1123Label } from '../../api/validation.ts';
import type { PodTemplate } from '../pod-spec/defaults.ts';
import { podSpecWarnings } from '../pod-spec/warnings.ts';

/**
 * Warnings about a controller with a template: on creation about its name and template, later about the template when
 * the spec changes.
 */
export function workloadWarnings(
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  template: PodTemplate | undefined,
): string[] {
  if (old) return object.metadata.generation === old.metadata.generation ? [] : templateWarnings(template);
  return [...nameWarnings(object.metadata.name ?? ''), ...templateWarnings(template)];
}

export function templateWarnings(template: PodTemplate | undefined, path = 'spec.template'): string[] {
  return template?.spec ? podSpecWarnings(template.spec, `${path}.spec`) : [];
}

/** Names that Pods and their hosts get theirs from. */
export function nameWarnings(name: string): string[] {
  const problems = checkDNS1123Label(name);
  if (problems.length === 0) return [];
  return [
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; ' +
      `a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}
