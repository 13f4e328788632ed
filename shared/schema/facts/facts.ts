import type { Json } from '../../api/json.ts';
import type { Field } from '../model.ts';

/**
 * Facts about fields that the client package does not carry, by model and field. They are kept by hand; tests hold
 * every entry to an existing field, and all of them together to Kubernetes' own OpenAPI document.
 */
export type FieldFacts<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

/** How a list combines under server-side apply and strategic merge patch. Lists without an entry are atomic. */
export interface ListFact {
  listType?: 'set' | 'map';
  listMapKeys?: readonly string[];
  patchStrategy?: Field['patchStrategy'];
  patchMergeKey?: string;
}

export type DefaultFacts = FieldFacts<Json>;
