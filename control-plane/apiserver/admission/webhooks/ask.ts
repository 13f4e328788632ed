import type { OutsideQuestion } from '../../outside-calls/question.ts';
import type { CallWebhook } from '../../outside-calls/webhook-client.ts';
import type { AdmissionRequest } from '../admission.ts';
import { type HookAnswer, readAnswer } from './answer.ts';
import type { Hook } from './hooks.ts';
import type { HookTarget } from './match.ts';
import { noDryRun } from './refusals.ts';
import { reviewContent, reviewText } from './review.ts';

export interface AskDeps {
  call: CallWebhook;
  /** Names each review. */
  uid(): string;
}

export interface Asking {
  hook: Hook;
  target: HookTarget;
  /** Where in the admission of this request: the same webhook may be asked more than once. */
  position: string;
  mutating: boolean;
}

const harmless: ReadonlySet<string> = new Set(['None', 'NoneOnDryRun']);

/** What a webhook is asked about a request. Throws BadRequest for a dry run that it could not take as one. */
export function questionFor(deps: AskDeps, request: AdmissionRequest, asking: Asking): OutsideQuestion<HookAnswer> {
  const { hook, target, position, mutating } = asking;
  const { webhook } = hook;
  if (request.options.dryRun && !harmless.has(webhook.sideEffects)) throw noDryRun(webhook.name);
  const content = reviewContent(request, target);
  const { group, plural: resource } = request.served;
  return {
    place: `${position}/${hook.id}`,
    content,
    subject: { group, resource, name: request.name },
    async ask(signal) {
      // Their validation says that there is one of the two.
      const version = webhook.admissionReviewVersions.find((one) => one === 'v1' || one === 'v1beta1') ?? 'v1';
      const uid = deps.uid();
      const result = await deps.call({
        client: webhook.clientConfig,
        body: reviewText(content, { uid, version }),
        timeoutSeconds: webhook.timeoutSeconds ?? 10,
        signal,
      });
      if ('problem' in result) return { isFailure: true, reason: `failed to call webhook: ${result.problem}` };
      return readAnswer(result.text, { uid, version, mutating });
    },
  };
}

/** What an answer says besides its verdict. */
export function takeRemarks(request: AdmissionRequest, { webhook }: Hook, answer: HookAnswer): void {
  if (answer.isFailure) return;
  for (const warning of answer.warnings) request.warn(warning);
  for (const [key, value] of Object.entries(answer.auditAnnotations)) request.annotate(`${webhook.name}/${key}`, value);
}
