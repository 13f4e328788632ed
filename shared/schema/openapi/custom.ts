import { isJsonObject, type Json, type JsonObject } from '../../api/json.ts';
import type { KindDefinition } from '../../kinds/define-kind.ts';
import { documentParts } from '../openapi.ts';
import type { JsonSchema } from '../structural/json-schema.ts';
import { customListSchema, customModelName, customSchema } from './custom-schemas.ts';
import type { DocumentedKind } from './operations.ts';
import { type Dialect, type GroupVersionKind, v2, v3 } from './schemas.ts';

/** A custom kind as the documents describe it. */
export type CustomDocumentedKind = Pick<
  KindDefinition,
  'group' | 'version' | 'kind' | 'plural' | 'scope' | 'subresources'
> & { listKind: string; openAPIV3Schema: JsonSchema };

/** What custom kinds add to the document of OpenAPI v2, which has the schemas of everything else. */
export function customDefinitions(kinds: readonly CustomDocumentedKind[]): {
  paths: JsonObject;
  definitions: JsonObject;
} {
  const { paths, schemas, own } = partsOf(kinds, v2);
  const definitions = Object.entries(schemas).filter(([name]) => own.has(name));
  return { paths, definitions: Object.fromEntries(definitions) };
}

/**
 * The document of a group version that has custom kinds. Schemas that are not theirs are taken from `common`, where they
 * have their descriptions.
 * @param document of the built-in kinds of this group version, if it has any
 */
export function customDocument(
  kinds: readonly CustomDocumentedKind[],
  common: JsonObject,
  document: JsonObject = {},
): JsonObject {
  const { paths, schemas } = partsOf(kinds, v3);
  const components = document.components as { schemas?: JsonObject } | undefined;
  const described = Object.entries(schemas).map(([name, schema]) => [
    name,
    withTexts(schema as JsonObject, common[name]),
  ]);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    ...document,
    paths: { ...(document.paths as JsonObject | undefined), ...paths },
    components: {
      ...components,
      schemas: { ...components?.schemas, ...(Object.fromEntries(described) as JsonObject) },
    },
  };
}

/** Whose body a schema may be differs from one group version to the next. */
function withTexts(schema: JsonObject, described: Json | undefined): JsonObject {
  if (!isJsonObject(described)) return schema;
  const gvks = schema['x-kubernetes-group-version-kind'];
  return { ...described, ...(gvks ? { 'x-kubernetes-group-version-kind': gvks } : {}) };
}

function partsOf(kinds: readonly CustomDocumentedKind[], dialect: Dialect) {
  const models = new Map<string, { name: string; schema: JsonObject }>();
  const documented = kinds.map((kind): DocumentedKind => {
    const { group, version, plural, listKind, openAPIV3Schema } = kind;
    const gvk: GroupVersionKind = { group, version, kind: kind.kind };
    const model = customModelName(gvk);
    models.set(model, { name: model, schema: customSchema(openAPIV3Schema, gvk, dialect) });
    const list = customModelName({ ...gvk, kind: listKind });
    // Where operations look for the list of a model.
    models.set(`${model}List`, { name: list, schema: customListSchema(gvk, { listKind, plural }, dialect) });
    return { ...kind, schema: model, isCustom: true };
  });
  const own = new Set([...models.values()].map(({ name }) => name));
  return { ...documentParts(documented, dialect, models), own };
}
