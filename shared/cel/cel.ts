/**
 * The Common Expression Language as Kubernetes speaks it: `compileExpression`, `evaluate`, and the values and types
 * that go in and out.
 */
export {
  compileExpression,
  type EvaluationResult,
  evaluate,
  matchConditionsBudget,
  type Program,
  perCallLimit,
  requestBudget,
} from './compile.ts';
export { estimateCost } from './cost/estimate.ts';
export { createEnvironment, type Environment, type EnvironmentOptions } from './environment.ts';
export { CelCompileError, CelCostError, CelError, type CelIssue, CelRuntimeError } from './errors.ts';
export { escapeIdentifier, unescapeIdentifier } from './identifiers.ts';
export { fromJson, toJson } from './json.ts';
export {
  AUTHORIZER,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  authorizerValue,
  type ExpressionAuthorizer,
  RESOURCE_CHECK,
  resourceCheckValue,
} from './library/authorizer.ts';
export { maximumCardinality, type SchemaType, schemaType, type TypedSchema } from './schema-types.ts';
export * from './types.ts';
export * from './values.ts';
