import type { KubernetesObject, ValidatingAdmissionPolicy } from '../../../../shared/api/object.ts';
import {
  type Bindings,
  type Budget,
  type Expression,
  evaluateExpression,
  OutOfBudget,
  requestBudget,
} from '../../../../shared/cel/cel.ts';
import type { RequestView } from '../request-view.ts';
import type { CompiledValidating } from './compile.ts';
import { meetsConditions, policyBindings } from './evaluation.ts';

/** One reason to deny a request. */
export interface Decision {
  message: string;
  reason?: string | undefined;
  /** Of the validation; absent where an audit annotation could not be made. */
  index?: number;
}

export interface Decisions {
  decisions: readonly Decision[];
  annotations: readonly { key: string; value: string }[];
}

/** Longer messages are not shown. */
const maximumMessage = 5 * 1024;
const maximumAnnotation = 10 * 1024;

interface Subject {
  view: RequestView;
  param: KubernetesObject | undefined;
}

/** What a policy says about a request, with one object of parameters. Nothing fails here: that is a decision, too. */
export function decide(policy: ValidatingAdmissionPolicy, compiled: CompiledValidating, subject: Subject): Decisions {
  const isIgnored = policy.spec?.failurePolicy === 'Ignore';
  const failure = (message: string): Decisions => ({
    decisions: isIgnored ? [] : [{ message, index: 0 }],
    annotations: [],
  });
  const outcome = meetsConditions(compiled, subject.view, subject.param);
  if ('error' in outcome) return failure(outcome.error);
  if (!outcome.matches) return { decisions: [], annotations: [] };
  try {
    const decisions = validate(policy, compiled, { ...subject, isIgnored });
    const { errors, annotations } = annotate(compiled, subject);
    return { decisions: isIgnored ? decisions : [...decisions, ...errors], annotations };
  } catch (error) {
    if (error instanceof OutOfBudget) return failure(error.message);
    throw error;
  }
}

function validate(
  { spec }: ValidatingAdmissionPolicy,
  compiled: CompiledValidating,
  { view, param, isIgnored }: Subject & { isIgnored: boolean },
): Decision[] {
  const budget = { left: requestBudget };
  const bindings = policyBindings(compiled, view.bindings, { param, budget });
  const failed: (Decision & { message: string })[] = [];
  const denied: { index: number; message?: Expression }[] = [];
  for (const [index, { expression, message }] of compiled.validations.entries()) {
    const outcome = evaluateExpression(expression, bindings, budget);
    if ('error' in outcome) failed.push({ message: outcome.error, index });
    else if (outcome.value !== true) denied.push({ index, ...(message ? { message } : {}) });
  }
  const refused = denied.map(({ index, message }): Decision => {
    const { reason, message: written, expression = '' } = spec?.validations?.[index] ?? {};
    const told = message ? evaluateMessage(message, bindings, budget) : undefined;
    return { message: told || written?.trim() || `failed expression: ${expression.trim()}`, reason, index };
  });
  return [...(isIgnored ? [] : failed), ...refused].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}

/** Undefined where it cannot be shown; the validation has other words then. */
function evaluateMessage(expression: Expression, bindings: Bindings, budget: Budget): string | undefined {
  const outcome = evaluateExpression(expression, bindings, budget);
  if ('error' in outcome || typeof outcome.value !== 'string') return undefined;
  const message = outcome.value.trim();
  return message.length > maximumMessage || message.includes('\n') ? undefined : message;
}

function annotate(compiled: CompiledValidating, { view, param }: Subject) {
  const errors: Decision[] = [];
  const annotations: { key: string; value: string }[] = [];
  if (compiled.auditAnnotations.length === 0) return { errors, annotations };
  const budget = { left: requestBudget };
  const bindings = policyBindings(compiled, view.bindings, { param, budget });
  for (const { key, expression } of compiled.auditAnnotations) {
    const outcome = evaluateExpression(expression, bindings, budget);
    if ('error' in outcome) errors.push({ message: outcome.error });
    else if (typeof outcome.value === 'string' && outcome.value.trim() !== '') {
      annotations.push({ key, value: outcome.value.trim().slice(0, maximumAnnotation) });
    }
  }
  return { errors, annotations };
}
