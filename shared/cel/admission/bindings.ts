import type { Json } from '../../api/json.ts';
import { fromJson } from '../json.ts';
import { authorizerValue, type ExpressionAuthorizer, resourceCheckValue } from '../library/authorizer.ts';
import type { Value } from '../values.ts';
import { NAMESPACE, REQUEST } from './environment.ts';
import type { Bindings } from './expressions.ts';

/** What an admission request is, to expressions. */
export interface AdmissionInput {
  /** As an AdmissionReview has it, without the objects. */
  request: AdmissionRequestJson;
  /** Absent: null. */
  object?: unknown;
  oldObject?: unknown;
  namespaceObject?: unknown;
  authorizer?: ExpressionAuthorizer;
}

interface GroupVersion {
  group: string;
  version: string;
}

export interface AdmissionRequestJson {
  kind: GroupVersion & { kind: string };
  resource: GroupVersion & { resource: string };
  subResource?: string;
  requestKind?: GroupVersion & { kind: string };
  requestResource?: GroupVersion & { resource: string };
  requestSubResource?: string;
  name?: string;
  namespace?: string;
  operation: string;
  userInfo: {
    username?: string;
    uid?: string;
    groups?: readonly string[];
    extra?: Readonly<Record<string, readonly string[]>>;
  };
  dryRun?: boolean;
  options?: unknown;
}

/** The variables of a request, `params` and `variables` aside. */
export function admissionBindings(input: AdmissionInput): Bindings {
  const { request, authorizer } = input;
  const bindings: Record<string, Value> = {
    object: objectValue(input.object),
    oldObject: objectValue(input.oldObject),
    namespaceObject: input.namespaceObject === undefined ? null : fromJson(input.namespaceObject as Json, NAMESPACE),
    request: fromJson(request as unknown as Json, REQUEST),
  };
  if (!authorizer) return bindings;
  const { resource, namespace, name } = request;
  return {
    ...bindings,
    authorizer: authorizerValue(authorizer),
    'authorizer.requestResource': resourceCheckValue(authorizer, {
      ...{ group: resource.group, resource: resource.resource },
      ...(request.subResource ? { subresource: request.subResource } : {}),
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
    }),
  };
}

/** An object as an expression sees it. */
export function objectValue(object: unknown): Value {
  return object === undefined ? null : fromJson(object as Json);
}
