import type { Status } from '../../../shared/api/object.ts';
import type { AuditLevel, AuditStage } from './policy.ts';

/** One entry of the audit log, in the form of `audit.k8s.io/v1`. */
export interface AuditEvent {
  kind: 'Event';
  apiVersion: 'audit.k8s.io/v1';
  level: AuditLevel;
  auditID: string;
  stage: AuditStage;
  requestURI: string;
  verb: string;
  user: object;
  impersonatedUser?: object;
  authenticationMetadata?: { impersonationConstraint: string };
  sourceIPs?: readonly string[];
  userAgent?: string;
  objectRef?: ObjectReference;
  responseStatus?: Partial<Status> & { metadata: object };
  requestObject?: unknown;
  responseObject?: unknown;
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  annotations?: Readonly<Record<string, string>>;
}

export interface ObjectReference {
  resource?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiGroup?: string;
  apiVersion?: string;
  resourceVersion?: string;
  subresource?: string;
}

const maxUserAgentLength = 1024;

/** A client chooses how long it is. */
export function boundedUserAgent(text: string): string {
  return text.length > maxUserAgentLength ? `${text.slice(0, maxUserAgentLength)}...TRUNCATED` : text;
}

/** RFC 3339 with microseconds. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/** Without the fields that are empty. */
export function withoutEmpty<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== '' && value !== undefined)) as T;
}

/** An object, the items of a list and the rows of a table without `metadata.managedFields`. */
export function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { metadata, items, rows, ...rest } = value as {
    metadata?: Record<string, unknown>;
    items?: unknown[];
    rows?: { object?: unknown }[];
  };
  const { managedFields: _dropped, ...kept } = metadata ?? {};
  return {
    ...rest,
    ...(metadata ? { metadata: kept } : {}),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
    ...(Array.isArray(rows) ? { rows: rows.map((row) => ({ ...row, object: withoutManagedFields(row.object) })) } : {}),
  };
}
