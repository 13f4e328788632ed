import { jsonEqual } from '../../api/json.ts';
import type { DaemonSet } from '../../api/object.ts';

/** A field of the API before apps/v1, which lives on as an annotation of every DaemonSet. */
export const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

export function templateGeneration({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[templateGenerationAnnotation] ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

/** It starts at 1, or where somebody wants it to. */
export function startTemplateGeneration(daemonSet: DaemonSet): void {
  setTemplateGeneration(daemonSet, Math.max(1, templateGeneration(daemonSet)));
}

/** It counts the changes of the template and nobody else may move it. */
export function moveTemplateGeneration(daemonSet: DaemonSet, old: DaemonSet): void {
  const isChanged = !jsonEqual(daemonSet.spec?.template, old.spec?.template);
  setTemplateGeneration(daemonSet, templateGeneration(old) + (isChanged ? 1 : 0));
}

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [templateGenerationAnnotation]: String(generation) };
}
