import type { ValidatingAdmissionPolicy } from '../../../shared/api/object.ts';
import {
  admissionEnvironment,
  type CelType,
  compileFor,
  compileVariables,
  modelType,
} from '../../../shared/cel/cel.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';

export interface ExpressionWarning {
  fieldRef: string;
  warning: string;
}

/** Kinds that are looked at for one rule. */
const maximumTypes = 10;

/**
 * What does not go with the types of the objects that a policy is about. Expressions are judged without these types when
 * a policy is written, so that it can mean several kinds; what is found here is only told.
 */
export function typeWarnings(
  { spec = {} }: ValidatingAdmissionPolicy,
  kinds: Pick<KindRegistry, 'byKind' | 'byPath'>,
): ExpressionWarning[] {
  const targets = kindsOf(spec, kinds);
  if (targets.length === 0) return [];
  const check = (expression: string) => targets.flatMap((kind) => problemOf(expression, spec, { kind, kinds }));
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, index) => {
    const path = `spec.validations[${index}]`;
    return [
      ...warning(`${path}.expression`, check(expression)),
      ...(messageExpression ? warning(`${path}.messageExpression`, check(messageExpression)) : []),
    ];
  });
}

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;

function warning(fieldRef: string, problems: readonly string[]): ExpressionWarning[] {
  return problems.length === 0 ? [] : [{ fieldRef, warning: problems.join('\n') }];
}

/** Kinds that the rules name; a rule that names some by a wildcard is left out. */
function kindsOf({ matchConstraints }: Spec, kinds: Pick<KindRegistry, 'byPath'>): KindDefinition[] {
  const found = new Set<KindDefinition>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes('*'))) continue;
    const plurals = resources.filter((name) => !/[*/]/.test(name));
    const named = apiGroups.flatMap((group) =>
      apiVersions.flatMap((version) => plurals.map((plural) => kinds.byPath(group, version, plural))),
    );
    for (const kind of named.filter((one) => one !== undefined).slice(0, maximumTypes)) found.add(kind);
  }
  return [...found].sort((a, b) => (describe(a) < describe(b) ? -1 : 1)).slice(0, maximumTypes);
}

function describe({ group, version, kind }: KindDefinition): string {
  return `${group ? `${group}/` : ''}${version}, Kind=${kind}`;
}

function problemOf(
  expression: string,
  { paramKind, variables = [] }: Spec,
  { kind, kinds }: { kind: KindDefinition; kinds: Pick<KindRegistry, 'byKind'> },
): string[] {
  const paramsKind = paramKind && kinds.byKind(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  const types: { object: CelType; params?: CelType } = {
    object: modelType(schemaOf(kind)),
    ...(paramsKind ? { params: modelType(schemaOf(paramsKind)) } : {}),
  };
  const options = { params: paramKind !== undefined, authorizer: true, types };
  const composition = compileVariables(variables, options);
  const { compiled } = compileFor(expression, admissionEnvironment({ ...options, variables: composition.type }), []);
  return 'problem' in compiled ? [`${describe(kind)}: ${compiled.problem}\n`] : [];
}
