import { badRequest } from '../../../shared/api/errors.ts';
import { isJsonObject, type Json } from '../../../shared/api/json.ts';
import type { KubernetesObject, ObjectMeta } from '../../../shared/api/object.ts';
import { apiVersionOf } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { decode, type StrictFindings } from '../../../shared/schema/decode.ts';
import { applyDefaults } from '../../../shared/schema/default.ts';
import type { ObjectSchema } from '../../../shared/schema/model.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';
import { dedupeOwners } from './identity.ts';
import type { WriteOptions } from './registry.ts';
import type { WriteContext } from './write-context.ts';

/** What a body must be: a kind of the cluster, or a type that only a subresource takes. */
export interface BodyType {
  group: string;
  version: string;
  kind: string;
  /** Name in the schema tables, or the schema itself. */
  schema: string | ObjectSchema;
}

export interface BodySource {
  body: unknown;
  /** The text that the body was parsed from, where duplicate keys are looked for. */
  raw?: string;
  findings?: StrictFindings | undefined;
}

/** What decoding needs of a write: how strict to be, and where to say what was found. */
export interface DecodingContext {
  deps: { kinds: Pick<KindRegistry, 'byKind'> };
  options: Pick<WriteOptions, 'fieldValidation'>;
  warnings: string[];
}

/** A body of the request's own kind: checked against its schema, pruned, with all defaults. */
export function decodeBody(context: WriteContext, source: BodySource): KubernetesObject {
  const object = decodeAs<KubernetesObject>(context, context.served, source);
  context.served.strategy.default?.(object);
  dedupeOwners(object, context.warnings);
  return object;
}

/** A body of another type, with the defaults of its schema. */
export function decodeAs<T extends { metadata: ObjectMeta }>(
  context: DecodingContext,
  type: BodyType,
  { body, raw, findings }: BodySource,
): T {
  const schema = schemaOf(type);
  checkType(context, type, body);
  // A copy, because decoding changes it in place and a commit may run the same request again.
  const { value, warnings } = decode(schema, copyOf(body), {
    raw,
    findings,
    fieldValidation: context.options.fieldValidation,
    kind: type.kind,
    version: type.version,
  });
  context.warnings.push(...warnings);
  applyDefaults(schema, value);
  value.metadata ??= {};
  return value as unknown as T;
}

/** A body may leave its type out; what it says must be what the URL means. */
export function checkType({ deps }: Pick<DecodingContext, 'deps'>, type: BodyType, body: unknown): void {
  if (!isJsonObject(body)) return;
  const apiVersion = textOr(body.apiVersion, apiVersionOf(type));
  const kind = textOr(body.kind, type.kind);
  if (kind === type.kind && apiVersion === apiVersionOf(type)) return;
  const why = deps.kinds.byKind(apiVersion, kind)
    ? `converting (${apiVersion}.${kind}) to (${type.group || 'core'}.${type.kind}): unknown conversion`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`;
  const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
}

/** Of anything but a text the decoder says what is wrong with it. */
function textOr(value: Json | undefined, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

/** A deep copy as JSON would make it, several times faster than `structuredClone`. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = copyOf((value as Record<string, unknown>)[key]);
    // In-process clients build their objects in JavaScript.
    if (item === undefined) continue;
    // Assigning to this one key would set the prototype instead.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: item, enumerable: true, configurable: true });
    else copy[key] = item;
  }
  return copy;
}
