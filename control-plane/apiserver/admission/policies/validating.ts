import { reasonCodes, StatusError, type StatusReason } from '../../../../shared/api/errors.ts';
import type {
  KubernetesObject,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../shared/api/object.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import { expressionAuthorizer } from '../expression-authorizer.ts';
import { refusal } from '../refuse.ts';
import { type RequestView, requestViews } from '../request-view.ts';
import type { CompiledValidating } from './compile.ts';
import { type Decision, decide } from './decisions.ts';
import { type Invocation, invocationsFor } from './invocations.ts';
import type { PolicySource } from './source.ts';

type Policy = ValidatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding;

export type ValidatingPolicies = PolicySource<Policy, Binding, CompiledValidating>;

export interface PolicyDeps {
  kinds: Pick<KindRegistry, 'all' | 'byKind'>;
  authorizer: Authorizer;
}

/** Evaluates the ValidatingAdmissionPolicies that a request is meant for. The first that denies it speaks. */
export function validatingPolicies(deps: PolicyDeps, source: ValidatingPolicies): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    subresources: 'all',
    validate(request) {
      if (source.active.length === 0 || request.kind.admittedByWebhooks === false) return;
      const round = new Round(deps, request);
      for (const found of invocationsFor(deps.kinds, source.active, request)) {
        if ('invocation' in found) round.apply(found.invocation);
        else round.misconfigured(found.misconfigured.bound.policy, found.misconfigured);
      }
      round.end();
    },
  };
}

/** All policies of one request. Each is evaluated, whatever another says: they may only warn or take notes. */
class Round {
  readonly #request: AdmissionRequest;
  readonly #view: (form: Invocation<Policy, Binding, CompiledValidating>['form']) => RequestView;
  /** By policy and key. */
  readonly #annotations = new Map<string, Set<string>>();
  #denial: StatusError | undefined;

  constructor({ authorizer }: PolicyDeps, request: AdmissionRequest) {
    this.#request = request;
    this.#view = requestViews(request, expressionAuthorizer(authorizer, request.user));
  }

  misconfigured(policy: Policy, { binding, message }: { binding?: Binding; message: string }): void {
    if (policy.spec?.failurePolicy !== 'Ignore') this.#deny(policy, binding, { message });
  }

  apply({ bound, binding, form, params }: Invocation<Policy, Binding, CompiledValidating>): void {
    const { policy } = bound;
    for (const param of params) this.#evaluate(policy, binding, { compiled: bound.compiled(), form, param });
  }

  end(): void {
    for (const [key, values] of this.#annotations) this.#request.annotate(key, [...values].join(', '));
    if (this.#denial) throw this.#denial;
  }

  #evaluate(
    policy: Policy,
    binding: Binding,
    {
      compiled,
      form,
      param,
    }: {
      compiled: CompiledValidating;
      form: Invocation<Policy, Binding, CompiledValidating>['form'];
      param: KubernetesObject | undefined;
    },
  ): void {
    const { decisions, annotations } = decide(policy, compiled, { view: this.#view(form), param });
    for (const decision of decisions) this.#act(policy, binding, decision);
    for (const { key, value } of annotations) {
      const id = `${policy.metadata.name}/${key}`;
      const values = this.#annotations.get(id) ?? new Set<string>();
      this.#annotations.set(id, values.add(value));
    }
  }

  #act(policy: Policy, binding: Binding, decision: Decision): void {
    // An annotation that cannot be made denies, whatever the binding does about validations.
    const actions = decision.index === undefined ? ['Deny'] : (binding.spec?.validationActions ?? []);
    for (const action of actions) {
      if (action === 'Deny') this.#deny(policy, binding, decision);
      else if (action === 'Warn') this.#warn(policy, binding, decision);
      else if (action === 'Audit') this.#note(policy, binding, decision);
    }
  }

  #warn({ metadata }: Policy, binding: Binding, { message }: Decision): void {
    const what = `Validation failed for ValidatingAdmissionPolicy '${metadata.name}' with binding '${binding.metadata.name}'`;
    this.#request.warn(`${what}: ${message}`);
  }

  #note({ metadata }: Policy, binding: Binding, { message, index }: Decision): void {
    const failure = {
      message,
      policy: metadata.name,
      binding: binding.metadata.name,
      expressionIndex: index,
      validationActions: binding.spec?.validationActions,
    };
    this.#request.annotate('validation.policy.admission.k8s.io/validation_failure', JSON.stringify([failure]));
  }

  #deny(policy: Policy, binding: Binding | undefined, { message, reason }: Pick<Decision, 'message' | 'reason'>): void {
    const who = `ValidatingAdmissionPolicy '${policy.metadata.name}'`;
    const by = binding ? `${who} with binding '${binding.metadata.name}'` : who;
    this.#denial ??= denial(this.#request, `${by} denied request: ${message}`, reason);
  }
}

function denial(request: AdmissionRequest, message: string, reason = 'Invalid'): StatusError {
  const { message: told, details } = refusal(request, message);
  const known = Object.hasOwn(reasonCodes, reason) ? (reason as StatusReason) : 'Invalid';
  return new StatusError(known, told, { ...details, causes: [{ message }] });
}
