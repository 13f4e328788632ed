import { hasReason } from '../../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from '../admission.ts';
import { matchRequest } from './match.ts';
import { ConfigurationError, collectParams, paramKindOf } from './params.ts';
import type { Binding, Bound, Policy } from './source.ts';

/** A policy as one of its bindings applies it to a request. */
export interface Invocation<P extends Policy, B extends Binding, C> {
  bound: Bound<P, B, C>;
  binding: B;
  form: KindDefinition;
  params: readonly (KubernetesObject | undefined)[];
}

/** A policy, or one of its bindings, that cannot be applied to a request that it means. */
export interface Misconfiguration<P extends Policy, B extends Binding, C> {
  bound: Bound<P, B, C>;
  binding?: B;
  message: string;
}

type Found<P extends Policy, B extends Binding, C> =
  | { invocation: Invocation<P, B, C> }
  | { misconfigured: Misconfiguration<P, B, C> };

/** What the policies have to say about a request, in the order of their names and those of their bindings. */
export function* invocationsFor<P extends Policy, B extends Binding, C>(
  kinds: Pick<KindRegistry, 'all' | 'byKind'>,
  active: readonly Bound<P, B, C>[],
  request: AdmissionRequest,
): Generator<Found<P, B, C>> {
  for (const bound of active) {
    const form = matchRequest(kinds, bound.match, request);
    if (!form) continue;
    const { paramKind } = bound.policy.spec ?? {};
    const kind = attempt(() => paramKind && paramKindOf(kinds, paramKind));
    if (kind instanceof Error) {
      yield { misconfigured: { bound, message: `failed to configure policy: ${kind.message}` } };
      continue;
    }
    for (const { binding, match } of bound.bindings) {
      if (!matchRequest(kinds, match, request)) continue;
      const params = attempt(() => collectParams(kind, binding.spec?.paramRef, request));
      if (params instanceof Error) {
        yield { misconfigured: { bound, binding, message: `failed to configure binding: ${params.message}` } };
      } else yield { invocation: { bound, binding, form, params } };
    }
  }
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigurationError || hasReason(error, 'NotFound')) return error;
    throw error;
  }
}
