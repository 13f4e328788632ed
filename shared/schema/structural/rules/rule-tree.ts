import { type CelType, schemaType } from '../../../cel/cel.ts';
import { additionalOf, itemsOf, type JsonSchema } from '../json-schema.ts';
import { type CompiledRule, compileRules } from './compile-rule.ts';

/** The rules of a schema and of what is in it; parts without rules are left out. */
export interface RuleNode {
  readonly schema: JsonSchema;
  /** Undefined where the schema says nothing that an expression could speak of. */
  readonly type: CelType | undefined;
  /** Compiled when they are first asked. */
  rules(): readonly CompiledRule[];
  readonly items?: RuleNode;
  readonly additional?: RuleNode;
  readonly properties: ReadonlyMap<string, RuleNode>;
}

/** Undefined for a schema without rules. */
export function ruleTree(schema: JsonSchema, isResource: boolean): RuleNode | undefined {
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  const itemRules = items && childTree(items);
  const additionalRules = additional && childTree(additional);
  const properties = new Map<string, RuleNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = childTree(property);
    if (node) properties.set(name, node);
  }
  const own = schema['x-kubernetes-validations'] ?? [];
  if (own.length === 0 && !itemRules && !additionalRules && properties.size === 0) return undefined;
  const type = own.length > 0 ? schemaType(schema, { isResource, name: 'selfType' })?.type : undefined;
  let rules: readonly CompiledRule[] | undefined;
  return {
    schema,
    type,
    rules() {
      rules ??= type ? compileRules(own, type) : [];
      return rules;
    },
    properties,
    ...(itemRules ? { items: itemRules } : {}),
    ...(additionalRules ? { additional: additionalRules } : {}),
  };
}

function childTree(schema: JsonSchema): RuleNode | undefined {
  return ruleTree(schema, schema['x-kubernetes-embedded-resource'] === true);
}
