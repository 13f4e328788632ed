import { isJsonObject } from '../api/json.ts';
import type { ObjectSchema } from '../schema/model.ts';
import type { JsonSchema } from '../schema/structural/json-schema.ts';
import { createRuleValidator, type RuleValidator } from '../schema/structural/rules/run-rules.ts';
import { resourceModel } from '../schema/structural/to-model.ts';
import { compileValidator, type ValueValidator } from '../schema/structural/validate-value.ts';

/** The schema of one version, in the forms in which objects are read and judged by it. */
export interface CompiledSchema {
  schema: JsonSchema;
  model: ObjectSchema;
  validator: ValueValidator;
  /** Where the schema says something about the status. */
  statusValidator?: ValueValidator;
  /** Of `x-kubernetes-validations`, where there are any. */
  rules?: RuleValidator;
}

export function compileSchema(schema: JsonSchema): CompiledSchema {
  const status = isJsonObject(schema.properties) ? schema.properties.status : undefined;
  const rules = createRuleValidator(schema, true);
  return {
    schema,
    model: resourceModel(schema),
    validator: compileValidator(schema),
    ...(rules ? { rules } : {}),
    ...(status ? { statusValidator: compileValidator(status as JsonSchema) } : {}),
  };
}
