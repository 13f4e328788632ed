import { badRequest } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import type { WriteContext } from './write-context.ts';

/** What a body must be: a kind of the registry, or a type that only a subresource takes. */
export interface BodyType {
  group: string;
  version: string;
  kind: string;
  /** Name in the schema tables. */
  schema: string;
}

/** A body of the request's own kind: checked against its schema, pruned, with all defaults. */
export function decodeBody(context: WriteContext, body: unknown, raw?: string): KubernetesObject {
  const object = decodeAs<KubernetesObject>(context, context.kind, { body, raw });
  context.kind.strategy.default?.(object);
  return object;
}

export function decodeAs<T extends { metadata: object }>(
  context: WriteContext,
  type: BodyType,
  source: { body: unknown; raw?: string },
): T {
  const { body } = source;
  if (!isJsonObject(body)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: not an object`,
    );
  }
  checkType(context, type, body);
  const object = structuredClone(body) as unknown as T;
  object.metadata ??= {};
  return object;
}

/** A body may leave its type out; what it says must be what the URL means. */
function checkType({ deps }: WriteContext, type: BodyType, body: { apiVersion?: unknown; kind?: unknown }): void {
  const apiVersion = text(body.apiVersion) || apiVersionOf(type);
  const kind = text(body.kind) || type.kind;
  if (kind === type.kind && apiVersion === apiVersionOf(type)) return;
  const why = deps.kinds.byKind(apiVersion, kind)
    ? `converting (${apiVersion}.${kind}) to (${type.group || 'core'}.${type.kind}): unknown conversion`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`;
  const version = apiVersion.split('/').at(-1);
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
