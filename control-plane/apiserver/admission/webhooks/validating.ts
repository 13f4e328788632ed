import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import type { HookAnswer } from './answer.ts';
import { type AskDeps, type Asking, questionFor, takeRemarks } from './ask.ts';
import type { HookSource } from './hooks.ts';
import { type MatchDeps, matchHook } from './match.ts';
import { deniedBy, failedCalling } from './refusals.ts';

export interface WebhookDeps extends MatchDeps, AskDeps {
  hooks: HookSource;
}

/** Asks every validating webhook that a request is meant for, all at the same time. The first in order that refuses speaks. */
export function validatingWebhooks(deps: WebhookDeps): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    subresources: 'all',
    validate(request) {
      const { validating } = deps.hooks;
      if (validating.length === 0 || !isSubject(request)) return;
      const meant: Asking[] = [];
      for (const hook of validating) {
        const target = matchHook(deps, hook, request);
        if (target) meant.push({ hook, target, position: `validating/${meant.length}`, mutating: false });
      }
      if (meant.length === 0) return;
      const answers = request.run.answers(meant.map((asking) => questionFor(deps, request, asking)));
      for (const [index, answer] of answers.entries()) takeRemarks(request, meant[index]!.hook, answer);
      for (const [index, answer] of answers.entries()) judge(request, meant[index]!, { answer, index });
    },
  };
}

/** Whether webhooks have a say in a request at all. */
export function isSubject({ kind, run }: AdmissionRequest): boolean {
  return run.asks && kind.admittedByWebhooks !== false;
}

function judge(
  request: AdmissionRequest,
  { hook: { webhook } }: Asking,
  { answer, index }: { answer: HookAnswer; index: number },
): void {
  const { name, failurePolicy } = webhook;
  if (answer.isFailure) {
    if (failurePolicy !== 'Ignore') throw failedCalling(name, answer.reason);
    request.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, name);
  } else if (!answer.allowed) throw deniedBy(name, answer.result);
}
