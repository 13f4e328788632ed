import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { applyDefaults } from '../../../shared/schema/default.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';
import type { StoredObject } from '../../store/store.ts';
import { encodeObject } from './encoding.ts';

/**
 * Between the kind that is stored and the form of it that a client asks for. Where both are the same, which is the
 * rule, nothing happens and nothing is copied.
 */

/** The object as clients of this kind see it. Shares parts with the argument, which stays as it is. */
export function toServed(kind: KindDefinition, object: KubernetesObject): KubernetesObject {
  const { servedForm } = kind;
  if (!servedForm) return object;
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...servedForm.toServed(rest) };
}

/** The reverse, with the defaults of the stored kind. */
export function toStored(kind: KindDefinition, object: KubernetesObject): KubernetesObject {
  const { servedForm } = kind;
  if (!servedForm) return object;
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  const { of } = servedForm;
  const stored = { apiVersion: apiVersionOf(of), kind: of.kind, ...servedForm.toStored(rest) };
  applyDefaults(schemaOf(of), stored);
  of.strategy.default?.(stored);
  return stored;
}

/** Text of a stored object as text of the served one. Anything else, a Status or a list, stays as it is. */
export function servedText(kind: KindDefinition, json: string): string {
  const of = kind.servedForm?.of;
  if (!of) return json;
  const object = JSON.parse(json) as KubernetesObject;
  const isStored = object.kind === of.kind && object.apiVersion === apiVersionOf(of);
  return isStored ? encodeObject(kind, toServed(kind, object)) : json;
}

export function servedObject(kind: KindDefinition, stored: StoredObject): StoredObject {
  return kind.servedForm ? { ...stored, json: servedText(kind, stored.json) } : presented(kind, stored);
}

/** A custom resource as its version has it today, whatever version and schema it was written by; others as they are. */
export function presented(kind: KindDefinition, stored: StoredObject): StoredObject {
  const json = kind.custom?.stored.present(stored.json, stored.revision);
  return json === undefined || json === stored.json ? stored : { ...stored, json };
}

/** The text that is stored of an object of this kind: of a custom resource, that of the version that is stored. */
export function storedText(kind: KindDefinition, json: string): string {
  return kind.custom?.stored.store(json) ?? json;
}
