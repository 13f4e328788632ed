import { isJsonObject, type Json, type JsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { validateAnnotations, validateLabels } from '../../../shared/api/validation.ts';

/**
 * The same object in other words: of its metadata a webhook changes labels and annotations, and nothing else. A text says
 * what is invalid, and why.
 */
export function checkConverted(
  original: KubernetesObject,
  converted: Json,
  apiVersion: string,
): KubernetesObject | string {
  if (!isJsonObject(converted)) return `object: it is ${goType(converted)}, not an object`;
  if (!converted.kind) return `object: Object 'Kind' is missing in '${JSON.stringify(converted).slice(0, 1000)}'`;
  if (converted.apiVersion !== apiVersion) {
    return `object at index 0: invalid groupVersion (expected ${apiVersion}, received ${converted.apiVersion ?? ''})`;
  }
  if (converted.kind !== original.kind) {
    return `object at index 0: invalid kind (expected ${original.kind}, received ${converted.kind})`;
  }
  const renamed = checkIdentity(original, isJsonObject(converted.metadata) ? converted.metadata : {});
  if (renamed) return `object: ${renamed}`;
  const metadata = restoreMetadata(original, converted);
  return typeof metadata === 'string' ? `metadata: ${metadata}` : ({ ...converted, metadata } as KubernetesObject);
}

function checkIdentity(original: KubernetesObject, metadata: JsonObject): string | undefined {
  for (const [field, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before, after] = [original.metadata[field] ?? '', metadata[field] ?? ''];
    if (before !== after) return `must have the same ${name}: ${before} != ${typeof after === 'string' ? after : ''}`;
  }
  return undefined;
}

/** What the object had, with the labels and annotations of the answer. */
function restoreMetadata(original: KubernetesObject, converted: JsonObject): KubernetesObject['metadata'] | string {
  const { metadata } = converted;
  if (metadata === undefined) return 'missing metadata in converted object';
  if (!isJsonObject(metadata)) return `invalid metadata of type ${goType(metadata)} in converted object`;
  const { labels: _labels, annotations: _annotations, ...kept } = original.metadata;
  const changed: Record<string, Record<string, string>> = {};
  for (const field of ['labels', 'annotations'] as const) {
    const texts = textsOf(metadata[field], `metadata.${field}`);
    if (typeof texts === 'string') return texts;
    if (!texts) continue;
    const errors =
      field === 'labels' ? validateLabels(texts, 'metadata.labels') : validateAnnotations(texts, 'metadata.annotation');
    const told = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
    const before = original.metadata[field] ?? {};
    const isChanged = !sameTexts(before, texts);
    if (isChanged && told.length > 0) return told.length === 1 ? told[0]! : `[${told.join(', ')}]`;
    changed[field] = texts;
  }
  return { ...kept, ...changed };
}

function textsOf(value: Json | undefined, place: string): Record<string, string> | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) return `invalid ${place} of type ${goType(value)} in converted object`;
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') continue;
    return `${place}[${key}] must be a string, but is ${goType(text)} in converted object`;
  }
  return value as Record<string, string>;
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** What a value of JSON is called in Kubernetes' texts. */
function goType(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
