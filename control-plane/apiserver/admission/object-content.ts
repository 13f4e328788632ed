import type { Json } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';

/** As JSON: strategies leave `undefined` behind, which is nothing there. */
export function plain(object: unknown): Json {
  return JSON.parse(JSON.stringify(object)) as Json;
}

/** Makes the object what another one is. The pipeline holds on to the object itself. */
export function replaceContent(object: KubernetesObject, next: KubernetesObject): void {
  for (const field of Object.keys(object)) if (!(field in next)) delete object[field];
  Object.assign(object, next);
}
