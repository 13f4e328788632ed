import type { Json, JsonObject } from '../../api/json.ts';
import type { Field, ObjectSchema, Schema } from '../model.ts';
import { openapiNameOf, schemaFor } from '../registry.ts';

/** Texts by model and field, as `descriptions.generated.json` has them; the empty field is the type itself. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What differs between the two versions of OpenAPI. */
export interface Dialect {
  version: 2 | 3;
  /** `#/components/schemas/`. */
  refPrefix: string;
}

export const v2: Dialect = { version: 2, refPrefix: '#/definitions/' };
export const v3: Dialect = { version: 3, refPrefix: '#/components/schemas/' };

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** Types that values of several JSON types have, or that are objects of any form. */
interface NamedScalar {
  name: string;
  description: string;
  v2: JsonObject;
  v3?: JsonObject;
}

const namedScalars: Readonly<Record<string, NamedScalar>> = {
  'date-time': {
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
    description: 'A time stamp with seconds, in the form of RFC 3339.',
    v2: { type: 'string', format: 'date-time' },
  },
  'micro-time': {
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
    description: 'A time stamp with microseconds, in the form of RFC 3339.',
    v2: { type: 'string', format: 'date-time' },
  },
  'int-or-string': {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    description: 'A number or a name, as of a port.',
    v2: { type: 'string', format: 'int-or-string' },
    v3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    description:
      'An amount with an optional suffix: decimal (n, u, m, k, M, G, T, P, E), binary (Ki, Mi, Gi, Ti, Pi, Ei) or an ' +
      'exponent (e3). Stored without fraction and with the largest suffix that loses nothing.',
    v2: { type: 'string' },
    v3: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
};

/** Schemas that a document describes itself, by the names under which operations know them: those of custom resources. */
export type OwnModels = ReadonlyMap<string, { name: string; schema: JsonObject }>;

/** Collects the schemas that a document refers to, and writes them in its dialect. */
export class SchemaWriter {
  readonly #dialect: Dialect;
  readonly #descriptions: Descriptions;
  readonly #own: OwnModels;
  readonly #written = new Map<string, JsonObject>();
  readonly #groupVersionKinds = new Map<string, GroupVersionKind[]>();

  constructor(dialect: Dialect, descriptions: Descriptions, own: OwnModels = new Map()) {
    this.#dialect = dialect;
    this.#own = own;
    this.#descriptions = descriptions;
  }

  /** A reference to a type of the tables, which becomes part of the document. */
  ref(model: string): JsonObject {
    const own = this.#own.get(model);
    if (own) return this.#refTo(own.name, () => own.schema);
    return this.#refTo(openapiNameOf(model), () => this.#object(schemaFor(model)));
  }

  /** A reference to a type that the document describes itself. */
  refTo(name: string, schema: JsonObject): JsonObject {
    return this.#refTo(name, () => schema);
  }

  /** Says which kinds a type is the body of, besides what the type says of itself. */
  addKinds(model: string, kinds: readonly GroupVersionKind[]): void {
    this.#groupVersionKinds.set(model, [...(this.#groupVersionKinds.get(model) ?? []), ...kinds]);
  }

  /** All that was referred to so far, by name, sorted. */
  schemas(): JsonObject {
    return Object.fromEntries([...this.#written].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #refTo(name: string, build: () => JsonObject): JsonObject {
    if (!this.#written.has(name)) {
      // Registered before it is built: the type may contain itself.
      this.#written.set(name, {});
      this.#written.set(name, build());
    }
    return { $ref: this.#dialect.refPrefix + name };
  }

  #object(schema: ObjectSchema): JsonObject {
    const model = schema.name!;
    const fields = Object.entries(schema.fields);
    const required = fields.filter(([, field]) => field.required).map(([name]) => name);
    const kinds = this.#groupVersionKinds.get(model) ?? ownKind(schema);
    return {
      ...this.#description(model, ''),
      ...(fields.length > 0
        ? { properties: Object.fromEntries(fields.map(([name, field]) => [name, this.#field(model, name, field)])) }
        : {}),
      ...(required.length > 0 ? { required } : {}),
      type: 'object',
      ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds.map((kind) => ({ ...kind })) } : {}),
      ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
  }

  #field(model: string, name: string, field: Field): JsonObject {
    const { schema, patchStrategy, patchMergeKey } = field;
    return {
      ...this.#described(this.#schema(schema), this.#fieldDescription(model, name, schema), schema.default),
      ...listExtensions(schema),
      ...(patchMergeKey ? { 'x-kubernetes-patch-merge-key': patchMergeKey } : {}),
      ...(patchStrategy ? { 'x-kubernetes-patch-strategy': patchStrategy.join() } : {}),
    };
  }

  /** In OpenAPI 3.0 nothing may stand beside a `$ref`. */
  #described(schema: JsonObject, description: JsonObject, fallback: Json | undefined): JsonObject {
    const around = {
      ...description,
      // A null says only how the absence of the field is written.
      ...(fallback === undefined || fallback === null || this.#dialect.version === 2 ? {} : { default: fallback }),
    };
    if (!('$ref' in schema) || this.#dialect.version === 2 || Object.keys(around).length === 0) {
      return { ...around, ...schema };
    }
    return { allOf: [schema], ...around };
  }

  #schema(schema: Schema): JsonObject {
    switch (schema.type) {
      case 'object':
        return this.ref(schema.name!);
      case 'array':
        return { items: this.#schema(schema.items), type: 'array' };
      case 'map':
        return { additionalProperties: this.#schema(schema.values), type: 'object' };
      case 'any':
        return schema.name ? this.refTo(schema.name, { type: 'object' }) : {};
      default:
        return this.#scalar(schema);
    }
  }

  #scalar({ type, format, enum: values }: Extract<Schema, { format?: string }>): JsonObject {
    const named = namedScalars[format ?? ''];
    if (named) {
      const form = (this.#dialect.version === 3 && named.v3) || named.v2;
      return this.refTo(named.name, { description: named.description, ...form });
    }
    const listed: JsonObject = values && this.#dialect.version === 3 ? { enum: [...values] } : {};
    return { type, ...(format ? { format } : {}), ...listed };
  }

  /** The tables lack the texts of fields that refer to a type: the type's own then says what the field is. */
  #fieldDescription(model: string, field: string, schema: Schema): JsonObject {
    const own = this.#description(model, field);
    return 'description' in own || schema.type !== 'object' || !schema.name ? own : this.#description(schema.name, '');
  }

  #description(model: string, field: string): JsonObject {
    const text = this.#descriptions[model]?.[field];
    return text ? { description: text } : {};
  }
}

function listExtensions(schema: Schema): JsonObject {
  if (schema.type === 'map') return schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {};
  if (schema.type !== 'array') return {};
  return {
    ...(schema.listMapKeys ? { 'x-kubernetes-list-map-keys': [...schema.listMapKeys] } : {}),
    'x-kubernetes-list-type': schema.listType ?? 'atomic',
  };
}

/** Groups whose name is not that of their package. */
const groupNames: Readonly<Record<string, string>> = {
  core: '',
  meta: '',
  apps: 'apps',
  autoscaling: 'autoscaling',
  batch: 'batch',
  policy: 'policy',
  rbac: 'rbac.authorization.k8s.io',
  flowcontrol: 'flowcontrol.apiserver.k8s.io',
  apiserverinternal: 'internal.apiserver.k8s.io',
};

/** What a type with the fields of an object is the body of. */
function ownKind(schema: ObjectSchema): GroupVersionKind[] {
  const { apiVersion, kind, metadata } = schema.fields;
  if (!apiVersion || !kind || !metadata) return [];
  const [group, version, name] = openapiNameOf(schema.name!).split('.').slice(-3) as [string, string, string];
  return [{ group: groupNames[group] ?? `${group}.k8s.io`, kind: name, version }];
}
