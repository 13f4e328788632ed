import { isJsonObject } from '../api/json.ts';
import type { KubernetesObject } from '../api/object.ts';
import { applyDefaults } from '../schema/default.ts';
import { pruneResource } from '../schema/structural/prune.ts';
import type { CompiledSchema } from './compiled.ts';

export interface StoredFormOptions {
  /** `stable.example.com/v1`: the version that objects are served in. */
  apiVersion: string;
  /** The version that they are stored in. */
  storageVersion: string;
  kind: string;
  /** Of the definition: what was written later has been read by these schemas already. */
  revision: number;
  compiled(apiVersion: string): CompiledSchema | undefined;
}

/** Custom resources are stored in one version and served in several, and their schemas change while they are stored. */
export interface StoredForm {
  /** The text of a stored object as it is served, with the defaults and without the fields of today's schema. */
  present(json: string, revision: number): string;
  /** The text that is stored of an object that is served. */
  store(json: string): string;
}

/**
 * Conversion with the strategy `None`: versions differ in their names, and in what their schemas prune and default.
 * Stored text begins with kind and version, so that what needs no change is passed on unparsed.
 */
export function storedForm(options: StoredFormOptions): StoredForm {
  const { apiVersion, storageVersion, kind, revision: since, compiled } = options;
  const prefix = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  return {
    present(json, revision) {
      const isCurrent = json.startsWith(prefix);
      if (isCurrent && revision > since) return json;
      const object = JSON.parse(json) as KubernetesObject;
      // Of a version that the definition no longer has nothing is known but its name.
      const before = compiled(object.apiVersion ?? '');
      if (before) applyDefaults(before.model, prune(before, object));
      if (!isCurrent) convert(object, apiVersion, compiled(apiVersion));
      return JSON.stringify(object);
    },
    store(json) {
      if (apiVersion === storageVersion) return json;
      const object = JSON.parse(json) as KubernetesObject;
      convert(object, storageVersion, compiled(storageVersion));
      return JSON.stringify(object);
    },
  };
}

function convert(object: KubernetesObject, apiVersion: string, schema: CompiledSchema | undefined): void {
  object.apiVersion = apiVersion;
  if (schema) prune(schema, object);
}

/** Metadata has been read when it was stored, and its schema is not the definition's. */
function prune({ model }: CompiledSchema, object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  object.metadata = {};
  if (isJsonObject(object)) pruneResource(model, object);
  object.metadata = metadata;
  return object;
}
