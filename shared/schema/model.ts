import type { Json } from '../api/json.ts';

/**
 * The one schema model. Built-in kinds get theirs from generated tables, CustomResourceDefinitions get theirs from a
 * structural schema at run time; everything generic (decode, prune, default, merge, explain, OpenAPI) sees only this.
 */
export type Schema = ObjectSchema | MapSchema | ArraySchema | ScalarSchema | AnySchema;

interface SchemaBase {
  /** Value that an absent field gets, where the default does not depend on other fields. */
  default?: Json;
  /** Null is a value of its own here and not the same as absent; only in custom resources. */
  nullable?: boolean;
}

/** A struct: named fields, unknown ones are pruned, warned about or rejected. */
export interface ObjectSchema extends SchemaBase {
  type: 'object';
  /** Go-style name, `V1PodSpec`; absent for anonymous structs of custom resources. */
  name?: string;
  fields: Readonly<Record<string, Field>>;
  /** `x-kubernetes-map-type: atomic`: server-side apply owns the whole value. */
  atomic?: boolean;
  /** Keep fields that the schema does not name (`x-kubernetes-preserve-unknown-fields`). */
  preserveUnknown?: boolean;
  /** Fields that the schema does not name are of this form (`additionalProperties` beside `properties`). */
  additional?: Schema;
}

export interface Field {
  schema: Schema;
  required?: boolean;
  /** Strategic merge patch: how a patch of this field combines with the live value. */
  patchStrategy?: ('merge' | 'replace' | 'retainKeys')[];
  /** Strategic merge patch: the key that identifies an item of a list of objects. */
  patchMergeKey?: string;
}

export interface MapSchema extends SchemaBase {
  type: 'map';
  values: Schema;
  atomic?: boolean;
  /** Name of the type in Go where it has one, for error texts: `v1.ResourceList`. */
  goType?: string;
}

export interface ArraySchema extends SchemaBase {
  type: 'array';
  items: Schema;
  /** Server-side apply: how items are identified. Absent means `atomic`. */
  listType?: 'atomic' | 'set' | 'map';
  listMapKeys?: readonly string[];
}

export interface ScalarSchema extends SchemaBase {
  type: 'string' | 'integer' | 'number' | 'boolean';
  format?: 'int32' | 'int64' | 'double' | 'byte' | 'date-time' | 'micro-time' | 'quantity' | 'int-or-string';
  enum?: readonly string[];
  /** Name of the type in Go where it has one, for error texts: `v1.PullPolicy`. */
  goType?: string;
}

/** Anything goes (`FieldsV1`, `RawExtension`, JSON). */
export interface AnySchema extends SchemaBase {
  type: 'any';
  /** OpenAPI name of the type, where it has one. */
  name?: string;
  /** In custom resources: objects in it are kept as they come (and merged), or else lose all their fields. */
  unknownFields?: 'preserve' | 'prune';
}
