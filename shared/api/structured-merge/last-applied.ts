import type { Schema } from '../../schema/model.ts';
import { byteLength } from '../go-format.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { KubernetesObject } from '../object.ts';
import { extractFieldSet } from './extract.ts';
import { emptySet, type FieldSet } from './field-set.ts';

/** The manager whose applies move an object on from client-side apply. */
export const kubectlManager = 'kubectl';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const maximumSize = 256 * 1024;

function lastApplied(object: KubernetesObject | undefined): string | undefined {
  return object?.metadata.annotations?.[annotation];
}

/**
 * The fields that client-side apply set last: kubectl may take them over without a conflict. Empty where the
 * annotation is missing or unusable.
 */
export function lastAppliedFields(schema: Schema, live: KubernetesObject | undefined): FieldSet {
  const text = lastApplied(live);
  if (!text) return emptySet;
  try {
    const applied: unknown = JSON.parse(text);
    return isJsonObject(applied) ? extractFieldSet(schema, applied) : emptySet;
  } catch {
    // The annotation belongs to the user, who may have written anything into it.
    return emptySet;
  }
}

/** Keeps the annotation in step, so that client-side apply would work again; only where it is in use. */
export function syncLastApplied(object: KubernetesObject, applied: KubernetesObject): KubernetesObject {
  if (lastApplied(object) === undefined) return object;
  const { [annotation]: _, ...annotations } = applied.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = applied.metadata;
  const rest = Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata;
  const text = `${JSON.stringify({ ...(applied as JsonObject), metadata: rest })}\n`;
  const value = byteLength(text) > maximumSize ? '' : text;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [annotation]: value } },
  };
}
