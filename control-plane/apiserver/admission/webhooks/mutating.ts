import { StatusError } from '../../../../shared/api/errors.ts';
import { goQuote } from '../../../../shared/api/go-format.ts';
import { type Json, jsonEqual } from '../../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import { applyJsonPatch } from '../../../../shared/api/patch/json-patch.ts';
import { apiVersionOf, type KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { toServed } from '../../registry/served-form.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import { plain, replaceContent } from '../object-content.ts';
import { Reinvocation } from '../reinvocation.ts';
import { questionFor, takeRemarks } from './ask.ts';
import type { Hook } from './hooks.ts';
import { type HookTarget, matchHook } from './match.ts';
import { deniedBy, failedCalling, internalError } from './refusals.ts';
import { isSubject, type WebhookDeps } from './validating.ts';

const name = 'MutatingAdmissionWebhook';

/** Asks the mutating webhooks that a request is meant for, one after the other: each sees what the one before has made. */
export function mutatingWebhooks(deps: WebhookDeps): AdmissionPlugin {
  return {
    name,
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    subresources: 'all',
    admit(request) {
      const { mutating } = deps.hooks;
      if (mutating.length === 0 || !isSubject(request)) return;
      const round = Reinvocation.begin(request, name);
      for (const [index, hook] of mutating.entries()) {
        const target = matchHook(deps, hook, request);
        if (!target || !round.isDue(hook.id)) continue;
        const hasChanged = ask(deps, request, { hook, target, index });
        round.asked(hook.id, { hasChanged, isRepeatable: hook.webhook.reinvocationPolicy === 'IfNeeded' });
      }
      round.end();
    },
  };
}

/** True when the object is another afterwards. */
function ask(
  deps: WebhookDeps,
  request: AdmissionRequest,
  { hook, target, index }: { hook: Hook; target: HookTarget; index: number },
): boolean {
  const { webhook, configuration } = hook;
  const round = request.invocation.isAgain ? 1 : 0;
  const position = `round_${round}_index_${index}`;
  const asking = { hook, target, position: `mutating/${position}`, mutating: true };
  const [answer] = request.run.answers([questionFor(deps, request, asking)]);
  if (!answer) throw new Error('a question without an answer');
  takeRemarks(request, hook, answer);
  let mutated = false;
  if (answer.isFailure) {
    if (webhook.failurePolicy !== 'Ignore') throw failedCalling(webhook.name, answer.reason);
    request.annotate(`failed-open.mutation.webhook.admission.k8s.io/${position}`, webhook.name);
  } else {
    if (!answer.allowed) throw deniedBy(webhook.name, answer.result);
    const { patch } = answer;
    if (patch) {
      mutated = applyPatch(request, target, { patch, webhook: webhook.name });
      const applied = { configuration, webhook: webhook.name, patch, patchType: 'JSONPatch' };
      request.annotate(`patch.webhook.admission.k8s.io/${position}`, JSON.stringify(applied));
    }
  }
  const note = { configuration, webhook: webhook.name, mutated };
  request.annotate(`mutation.webhook.admission.k8s.io/${position}`, JSON.stringify(note));
  return mutated;
}

function applyPatch(
  request: AdmissionRequest,
  { form }: HookTarget,
  { patch, webhook }: { patch: Json[]; webhook: string },
): boolean {
  const { object, type, kind } = request;
  if (!object) {
    const why = 'attempted to modify the object, which is not supported for this operation';
    throw internalError(`admission webhook ${goQuote(webhook)} ${why}`);
  }
  const shown = type === kind ? toServed(form, object) : object;
  const shownType = type === kind ? form : type;
  const before = plain({ ...shown, apiVersion: apiVersionOf(shownType), kind: shownType.kind });
  const patched = patchedBy(before, patch);
  if (jsonEqual(before, patched)) return false;
  const next = decoded(request, patched, form);
  const hasChanged = !jsonEqual(plain(object), plain(next));
  replaceContent(object, next);
  return hasChanged;
}

/** What a webhook gets wrong is no mistake of the client's. */
function patchedBy(before: Json, patch: Json[]): Json {
  return blamingTheWebhook(() => applyJsonPatch(before, patch));
}

function decoded(request: AdmissionRequest, patched: Json, form: KindDefinition): KubernetesObject {
  return blamingTheWebhook(() => request.decode(patched, form));
}

function blamingTheWebhook<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StatusError) throw internalError(error.message);
    throw error;
  }
}
