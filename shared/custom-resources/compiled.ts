import { isJsonObject } from '../api/json.ts';
import type { ObjectSchema } from '../schema/model.ts';
import type { JsonSchema } from '../schema/structural/json-schema.ts';
import { resourceModel } from '../schema/structural/to-model.ts';
import { compileValidator, type ValueValidator } from '../schema/structural/validate-value.ts';

/** The schema of one version, in the forms in which objects are read and judged by it. */
export interface CompiledSchema {
  schema: JsonSchema;
  model: ObjectSchema;
  validator: ValueValidator;
  /** Where the schema says something about the status. */
  statusValidator?: ValueValidator;
}

export function compileSchema(schema: JsonSchema): CompiledSchema {
  const status = isJsonObject(schema.properties) ? schema.properties.status : undefined;
  return {
    schema,
    model: resourceModel(schema),
    validator: compileValidator(schema),
    ...(status ? { statusValidator: compileValidator(status as JsonSchema) } : {}),
  };
}
