import { StatusError } from '../api/errors.ts';
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
  /** Versions differ in more than their names: a webhook knows how. */
  byWebhook: boolean;
}

/** What a webhook makes of an object in another version. */
export type Converter = (object: KubernetesObject, apiVersion: string) => KubernetesObject;

/** Custom resources are stored in one version and served in several, and their schemas change while they are stored. */
export interface StoredForm {
  /** The text of a stored object as it is served, with the defaults and without the fields of today's schema. */
  present(json: string, revision: number, convert?: Converter): string;
  /** The text that is stored of an object that is served. */
  store(json: string, convert?: Converter): string;
  /** What a webhook has to be asked about a stored object; undefined where `present` needs nobody. */
  question(json: string): KubernetesObject | undefined;
  /** The text that is served of the webhook's answer. */
  answered(converted: KubernetesObject): string;
}

/**
 * With the strategy `None` versions differ in their names, and in what their schemas prune and default; with `Webhook` a
 * converter does the rest, without which an object of another version is refused rather than served as what it is not.
 * Stored text begins with kind and version, so that what needs no change is passed on unparsed.
 */
export function storedForm(options: StoredFormOptions): StoredForm {
  const { apiVersion, storageVersion, kind, revision: since, compiled, byWebhook } = options;
  const read = (json: string): KubernetesObject => {
    const object = JSON.parse(json) as KubernetesObject;
    // Of a version that the definition no longer has nothing is known but its name.
    const before = compiled(object.apiVersion ?? '');
    if (before) applyDefaults(before.model, prune(before, object));
    return object;
  };
  const named = (object: KubernetesObject, to: string): KubernetesObject => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
    const moved: KubernetesObject = { kind, apiVersion: to, ...rest };
    const schema = compiled(to);
    return schema ? prune(schema, moved) : moved;
  };
  const move = (object: KubernetesObject, to: string, convert: Converter | undefined): KubernetesObject => {
    if (byWebhook && !convert) {
      const what = `${object.apiVersion}, Kind=${kind}`;
      throw new StatusError('InternalError', `conversion webhook for ${what} failed: it cannot be asked here`);
    }
    return named(byWebhook && convert ? convert(object, to) : object, to);
  };
  const prefix = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  return {
    present(json, revision, convert) {
      const isCurrent = json.startsWith(prefix);
      if (isCurrent && revision > since) return json;
      const object = read(json);
      return JSON.stringify(isCurrent ? object : move(object, apiVersion, convert));
    },
    store(json, convert) {
      if (apiVersion === storageVersion) return json;
      return JSON.stringify(move(JSON.parse(json) as KubernetesObject, storageVersion, convert));
    },
    question: (json) => (byWebhook && !json.startsWith(prefix) ? read(json) : undefined),
    answered: (converted) => JSON.stringify(named(converted, apiVersion)),
  };
}

/** Metadata has been read when it was stored, and its schema is not the definition's. */
function prune({ model }: CompiledSchema, object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  object.metadata = {};
  if (isJsonObject(object)) pruneResource(model, object);
  object.metadata = metadata;
  return object;
}
