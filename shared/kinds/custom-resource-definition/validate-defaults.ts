import type { FieldError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';
import type { Json } from '../../api/json.ts';
import { validateEmbedded } from '../../schema/structural/embedded.ts';
import { itemsOf, type JsonSchema } from '../../schema/structural/json-schema.ts';
import { pruneValue } from '../../schema/structural/prune.ts';
import { createRuleValidator } from '../../schema/structural/rules/run-rules.ts';
import { toModel } from '../../schema/structural/to-model.ts';
import { compileValidator } from '../../schema/structural/validate-value.ts';

const metaFields: readonly string[] = ['metadata', 'apiVersion', 'kind'];

/** Defaults must be values that the schema allows, without fields that it does not know. The schema is structural. */
export function validateDefaults(schema: JsonSchema, path: string): FieldError[] {
  return visit(schema, { isResource: true, isMeta: false }, path);
}

interface Place {
  /** A whole Kubernetes object, at the root or embedded. */
  isResource: boolean;
  isMeta: boolean;
}

function visit(schema: JsonSchema, place: Place, path: string): FieldError[] {
  const isResource = place.isResource || schema['x-kubernetes-embedded-resource'] === true;
  const isMeta = place.isMeta && !schema['x-kubernetes-embedded-resource'];
  const errors = validateDefault(schema, { isMeta, isResource }, path);
  const items = itemsOf(schema);
  if (items) errors.push(...visit(items, { isResource: false, isMeta }, `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inside = { isResource: false, isMeta: isMeta || (isResource && metaFields.includes(name)) };
    errors.push(...visit(property, inside, `${path}.properties[${name}]`));
  }
  return errors;
}

/** A default has to hold both where it was there before and where it is new. */
function validateByRules(schema: JsonSchema, value: Json, isResource: boolean, path: string): FieldError[] {
  const rules = createRuleValidator(schema, isResource);
  if (!rules) return [];
  const errors = rules.validate(value, { old: value, path }).filter(({ forgiven }) => !forgiven);
  return errors.length > 0 ? errors : rules.validate(value, { path });
}

function validateDefault(schema: JsonSchema, { isMeta, isResource }: Place, path: string): FieldError[] {
  const { default: value } = schema;
  if (value === undefined || value === null) return [];
  const place = `${path}.default`;
  const errors: FieldError[] = [];
  if (!isMeta) {
    if (pruneValue(toModel(schema), structuredClone(value))) {
      errors.push(invalidValue(place, value, 'must not have unknown fields'));
    }
    const embedded = validateEmbedded(schema, value, place);
    if (embedded.length > 0) return [...errors, ...embedded];
  }
  errors.push(...compileValidator(schema).validate(value, { path: place }));
  return errors.length > 0 ? errors : validateByRules(schema, value, isResource, place);
}
