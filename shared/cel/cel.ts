/**
 * The Common Expression Language as Kubernetes speaks it: `compileExpression`, `evaluate`, and the values and types
 * that go in and out.
 */
export {
  type AdmissionInput,
  type AdmissionRequestJson,
  admissionBindings,
  objectValue,
} from './admission/bindings.ts';
export { ComposedVariables, type Composition, compileVariables } from './admission/composition.ts';
export { type AdmissionEnvironmentOptions, admissionEnvironment } from './admission/environment.ts';
export {
  type Bindings,
  type Budget,
  compileFor,
  type Expression,
  evaluateExpression,
  OutOfBudget,
} from './admission/expressions.ts';
export {
  compileMatchConditions,
  evaluateMatchConditions,
  type MatchCondition,
  type MatchOutcome,
} from './admission/match-conditions.ts';
export { APPLY_CONFIGURATION, checkTypeNames, JSON_PATCH_LIST } from './admission/patch-types.ts';
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
export { DEVICE, deviceEnvironment } from './devices.ts';
export { createEnvironment, type Environment, type EnvironmentOptions } from './environment.ts';
export { CelCompileError, CelCostError, CelError, type CelIssue, CelRuntimeError } from './errors.ts';
export { escapeIdentifier, isIdentifier, unescapeIdentifier } from './identifiers.ts';
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
export { modelType } from './model-types.ts';
export { maximumCardinality, type SchemaType, schemaType, type TypedSchema } from './schema-types.ts';
export * from './types.ts';
export * from './values.ts';
