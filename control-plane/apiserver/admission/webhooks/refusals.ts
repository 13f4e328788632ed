import { badRequest, StatusError } from '../../../../shared/api/errors.ts';
import { goQuote } from '../../../../shared/api/go-format.ts';
import { isJsonObject, type JsonObject } from '../../../../shared/api/json.ts';
import type { Status } from '../../../../shared/api/object.ts';

/** A refusal in the words of a webhook: any status that it likes, not only those of this server. */
class HookRefusal extends StatusError {
  readonly #status: Status;

  constructor(status: Status & { message: string; code: number }) {
    super('InternalError', status.message, status.details, status.code);
    this.#status = status;
  }

  override toStatus(): Status {
    return this.#status;
  }
}

/** `admission webhook "x" denied the request: ...`. */
export function deniedBy(name: string, result: JsonObject = {}): StatusError {
  const text = (field: string) => (typeof result[field] === 'string' ? result[field] : '');
  const explanation = text('message') || text('reason');
  const denied = `admission webhook ${goQuote(name)} denied the request`;
  const message = explanation ? `${denied}: ${explanation}` : `${denied} without explanation`;
  const code = typeof result.code === 'number' && result.code >= 400 && result.code <= 599 ? result.code : 400;
  return new HookRefusal({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(text('reason') ? { reason: text('reason') } : {}),
    ...(isJsonObject(result.details) ? { details: result.details as Status['details'] } : {}),
    code,
  });
}

/** The request fails because the webhook does: `failurePolicy: Fail`. */
export function failedCalling(name: string, reason: string): StatusError {
  return internalError(`failed calling webhook ${goQuote(name)}: ${reason}`);
}

export function internalError(why: string): StatusError {
  return new StatusError('InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

export function noDryRun(name: string): StatusError {
  return badRequest(`admission webhook ${goQuote(name)} does not support dry run`);
}
