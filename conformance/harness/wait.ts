import { eventually as eventuallyWithin } from '../../e2e/lab/wait.ts';
import { ApiError } from './client.ts';

const timeoutMs = 20_000;

/** Polls until `check` returns something truthy; an error means "not yet". */
export const eventually = <T>(what: string, check: () => T | Promise<T>, withinMs = timeoutMs) =>
  eventuallyWithin(what, check, withinMs);

export interface Refusal {
  code: number;
  reason?: string;
  /** A part of the message. */
  message?: string | RegExp;
}

/** Resolves with the Status of a request that the server refuses as it should; throws when it does not. */
export async function refused(request: Promise<unknown>, { code, reason, message }: Refusal) {
  const status = await request.then(
    (answer) => {
      throw new Error(`accepted, where ${code} was due: ${JSON.stringify(answer).slice(0, 500)}`);
    },
    (error: unknown) => {
      if (error instanceof ApiError) return error.status;
      throw error;
    },
  );
  const told = status.message ?? '';
  const matches = message === undefined || (typeof message === 'string' ? told.includes(message) : message.test(told));
  if (status.code !== code || (reason !== undefined && status.reason !== reason) || !matches) {
    throw new Error(
      `refused with ${status.code} ${status.reason}: ${told}; due was ${code} ${reason ?? ''} ${message ?? ''}`,
    );
  }
  return status;
}

/** Resolves once reading it fails with 404. */
export async function gone(what: string, read: () => Promise<unknown>, withinMs = timeoutMs): Promise<void> {
  await eventually(
    `${what} is gone`,
    async () => {
      try {
        throw new Error(`still there: ${JSON.stringify(await read()).slice(0, 500)}`);
      } catch (error) {
        if (error instanceof ApiError && error.status.code === 404) return true;
        throw error;
      }
    },
    withinMs,
  );
}
