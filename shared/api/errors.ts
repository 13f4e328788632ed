import type { Status, StatusCause } from './object.ts';

/** The `reason` values of `metav1.Status` that this API server returns, with their HTTP codes. */
export const reasonCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof reasonCodes;

/** The object that an error is about. `resource` is the plural without its group. */
export interface ErrorSubject {
  group?: string;
  resource: string;
  kind?: string;
  name?: string;
  uid?: string;
}

/** One finding of validation, in the form of `field.Error`. */
export interface FieldError {
  /** Path in Kubernetes' notation: `spec.containers[0].name`, `metadata.labels`. */
  field: string;
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  /** The text after the path, as Kubernetes prints it: `Invalid value: "A": a lowercase RFC 1123 ...`. */
  message: string;
  /** Of something that was wrong before and has not changed: told as a warning, and no reason to refuse. */
  forgiven?: true;
}

/**
 * The one error of the API: anything that a client may see is thrown as this and turned into a `metav1.Status` response
 * in one place. Anything else that is thrown is a bug and becomes a 500 whose text names no internals.
 */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: StatusReason;
  readonly details: Status['details'];
  /** What the client is told besides, in `Warning` headers: set by whoever knows what had come up until then. */
  warnings: readonly string[] = [];

  constructor(reason: StatusReason, message: string, details?: Status['details'], code?: number) {
    super(message);
    this.name = 'StatusError';
    this.reason = reason;
    this.details = details;
    this.code = code ?? reasonCodes[reason];
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** The error that a `metav1.Status` describes: inverse of `toStatus`, for errors that crossed to another object. */
export function fromStatus(status: Pick<Status, 'reason' | 'message' | 'details' | 'code'>): StatusError {
  const reason =
    status.reason !== undefined && status.reason in reasonCodes ? (status.reason as StatusReason) : 'InternalError';
  return new StatusError(reason, status.message ?? reason, status.details, status.code);
}

/** True when `error` is a StatusError with one of these reasons. */
export function hasReason(error: unknown, ...reasons: StatusReason[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason);
}

function qualified(subject: ErrorSubject): string {
  return subject.group ? `${subject.resource}.${subject.group}` : subject.resource;
}

function detailsOf(subject: ErrorSubject): NonNullable<Status['details']> {
  return {
    ...(subject.name ? { name: subject.name } : {}),
    ...(subject.group ? { group: subject.group } : {}),
    kind: subject.resource,
    ...(subject.uid ? { uid: subject.uid } : {}),
  };
}

export function notFound(subject: ErrorSubject): StatusError {
  return new StatusError('NotFound', `${qualified(subject)} "${subject.name}" not found`, detailsOf(subject));
}

/** The answer to a path that names no resource: the wording that kubectl recognises. */
export function unknownResource(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(subject: ErrorSubject): StatusError {
  return new StatusError('AlreadyExists', `${qualified(subject)} "${subject.name}" already exists`, detailsOf(subject));
}

export function conflict(subject: ErrorSubject, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": ${why}`;
  return new StatusError('Conflict', message, detailsOf(subject));
}

/** What a stale `resourceVersion` is answered with. */
export function modified(subject: ErrorSubject): StatusError {
  return conflict(
    subject,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

/** 422 with one cause per finding; the message says each thing once. Kind-level subject: `kind` is what the message and the details name. */
export function invalid(subject: ErrorSubject, errors: FieldError[]): StatusError {
  const kind = subject.kind ?? subject.resource;
  const lines = [...new Set(errors.map(fieldErrorText))];
  const summary = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const causes: StatusCause[] = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  return new StatusError(
    'Invalid',
    `${subject.group ? `${kind}.${subject.group}` : kind} "${subject.name ?? ''}" is invalid: ${summary}`,
    {
      ...(subject.name ? { name: subject.name } : {}),
      ...(subject.group ? { group: subject.group } : {}),
      kind,
      causes,
    },
  );
}

/** A finding in one line. */
export function fieldErrorText({ field, message }: FieldError): string {
  return `${field}: ${message}`;
}

export function badRequest(message: string): StatusError {
  return new StatusError('BadRequest', message);
}

export function forbidden(subject: ErrorSubject, why: string): StatusError {
  const named = subject.name ? `${qualified(subject)} "${subject.name}"` : qualified(subject);
  return new StatusError('Forbidden', `${named} is forbidden: ${why}`, detailsOf(subject));
}

export function unauthorized(): StatusError {
  return new StatusError('Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(subject: ErrorSubject, verb: string): StatusError {
  return new StatusError(
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind "${qualified(subject)}"`,
    detailsOf(subject),
  );
}

/** A watch or a list asked for a revision that compaction has removed. */
export function expired(message: string): StatusError {
  return new StatusError('Expired', message);
}

export function tooLarge(message: string): StatusError {
  return new StatusError('RequestEntityTooLarge', message);
}
