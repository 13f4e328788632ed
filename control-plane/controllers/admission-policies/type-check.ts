import type { ValidatingAdmissionPolicy } from '../../../shared/api/object.ts';
import {
  admissionEnvironment,
  type CelType,
  compileFor,
  compileVariables,
  type Environment,
  modelType,
} from '../../../shared/cel/cel.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';

export interface ExpressionWarning {
  fieldRef: string;
  warning: string;
}

/** Kinds that expressions are held against, and names that are looked up to find them. */
const maximumTypes = 10;
const maximumLooks = 1_000;
/** Warnings of a policy, and characters of each. */
const maximumWarnings = 100;
const maximumText = 10_000;

/**
 * What does not go with the types of the objects that a policy is about. Expressions are judged without these types when
 * a policy is written, so that it can mean several kinds; what is found here is only told.
 */
export function typeWarnings(
  { spec = {} }: ValidatingAdmissionPolicy,
  kinds: Pick<KindRegistry, 'byKind' | 'byPath'>,
): ExpressionWarning[] {
  const targets = kindsOf(spec, kinds).map((kind) => ({ kind, environment: environmentFor(spec, kind, kinds) }));
  if (targets.length === 0) return [];
  const check = (expression: string) =>
    targets.flatMap(({ kind, environment }) => {
      const { compiled } = compileFor(expression, environment, []);
      return 'problem' in compiled ? [`${describe(kind)}: ${compiled.problem}\n`] : [];
    });
  const warnings = (spec.validations ?? []).flatMap(({ expression, messageExpression }, index) => {
    const path = `spec.validations[${index}]`;
    return [
      ...warning(`${path}.expression`, check(expression)),
      ...(messageExpression ? warning(`${path}.messageExpression`, check(messageExpression)) : []),
    ];
  });
  return warnings.slice(0, maximumWarnings);
}

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;

function warning(fieldRef: string, problems: readonly string[]): ExpressionWarning[] {
  return problems.length === 0 ? [] : [{ fieldRef, warning: problems.join('\n').slice(0, maximumText) }];
}

/** Kinds that the rules name; a rule that names some by a wildcard is left out. */
function kindsOf({ matchConstraints }: Spec, kinds: Pick<KindRegistry, 'byPath'>): KindDefinition[] {
  const found = new Set<KindDefinition>();
  let looks = 0;
  for (const [group, version, plural] of namesIn(matchConstraints?.resourceRules ?? [])) {
    const kind = kinds.byPath(group, version, plural);
    if (kind) found.add(kind);
    if (found.size === maximumTypes || ++looks === maximumLooks) break;
  }
  return [...found].sort((a, b) => (describe(a) < describe(b) ? -1 : 1));
}

type Rules = NonNullable<NonNullable<Spec['matchConstraints']>['resourceRules']>;

function* namesIn(rules: Rules): Generator<[group: string, version: string, plural: string]> {
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes('*'))) continue;
    const plurals = resources.filter((name) => !/[*/]/.test(name));
    for (const group of apiGroups) {
      for (const version of apiVersions) for (const plural of plurals) yield [group, version, plural];
    }
  }
}

function describe({ group, version, kind }: KindDefinition): string {
  return `${group ? `${group}/` : ''}${version}, Kind=${kind}`;
}

/** What the expressions can speak of when the objects are of this kind. */
function environmentFor(
  { paramKind, variables = [] }: Spec,
  kind: KindDefinition,
  kinds: Pick<KindRegistry, 'byKind'>,
): Environment {
  const paramsKind = paramKind && kinds.byKind(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  const types: { object: CelType; params?: CelType } = {
    object: modelType(schemaOf(kind)),
    ...(paramsKind ? { params: modelType(schemaOf(paramsKind)) } : {}),
  };
  const options = { params: paramKind !== undefined, authorizer: true, types };
  return admissionEnvironment({ ...options, variables: compileVariables(variables, options).type });
}
