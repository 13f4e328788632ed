import { type FieldError, hasReason } from '../../api/errors.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../api/validation.ts';
import { decode } from '../../schema/decode.ts';
import { applyDefaults } from '../../schema/default.ts';
import { schemaOf } from '../../schema/registry.ts';
import { defaultSettings, type KindDefinition, type StrategyContext } from '../define-kind.ts';

/** A context for strategies under test: nothing exists, nothing is claimed, `random` always gives the first. */
export function aContext(overrides: Partial<StrategyContext> = {}): StrategyContext {
  return {
    now: '2026-01-01T00:00:00Z',
    nowMs: Date.parse('2026-01-01T00:00:00Z'),
    random: () => 0,
    uid: () => '00000000-0000-4000-8000-000000000001',
    user: { name: 'tester', groups: [] },
    get: () => undefined,
    list: () => [],
    isClaimed: () => false,
    settings: defaultSettings,
    ...overrides,
  };
}

/** What became of an object: the object as it would be stored, or the findings. */
export type Submission =
  | { object: KubernetesObject; errors?: undefined }
  | { object?: undefined; errors: FieldError[] };

/** Decodes and defaults, as the API does with every body. */
export function decoded(kind: KindDefinition, body: unknown): KubernetesObject {
  const schema = schemaOf(kind);
  const { value } = decode(schema, JSON.parse(JSON.stringify(body)));
  applyDefaults(schema, value);
  kind.strategy.default?.(value);
  return value;
}

/** The way of an object through its kind, without admission and store: a create, or with `old` an update. */
export function submit(
  kind: KindDefinition,
  body: unknown,
  options: { old?: unknown; namespace?: string; context?: StrategyContext } = {},
): Submission {
  const object = decoded(kind, body);
  const context = options.context ?? aContext();
  if (kind.scope === 'Namespaced') object.metadata.namespace ??= options.namespace ?? 'default';
  try {
    const errors = options.old
      ? updateErrors(kind, object, decoded(kind, options.old), context)
      : createErrors(kind, object, context);
    return errors.length > 0 ? { errors } : { object: JSON.parse(JSON.stringify(object)) };
  } catch (error) {
    if (!hasReason(error, 'Invalid')) throw error;
    return { errors: (error.details?.causes ?? []) as FieldError[] };
  }
}

function createErrors(kind: KindDefinition, object: KubernetesObject, context: StrategyContext): FieldError[] {
  const { strategy, scope, nameFormat } = kind;
  strategy.prepareForCreate?.(object, context);
  const meta = validateObjectMeta(object.metadata, { namespaced: scope === 'Namespaced', nameFormat });
  return [...meta, ...strategy.validate(object), ...(strategy.validateCreate?.(object) ?? [])];
}

function updateErrors(
  kind: KindDefinition,
  object: KubernetesObject,
  old: KubernetesObject,
  context: StrategyContext,
): FieldError[] {
  const { strategy, scope, subresources } = kind;
  if (scope === 'Namespaced') old.metadata.namespace ??= object.metadata.namespace;
  if (subresources?.status) object.status = old.status;
  object.metadata.resourceVersion = old.metadata.resourceVersion = '1';
  strategy.prepareForUpdate?.(object, old, context);
  return [
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
    ...strategy.validate(object),
    ...(strategy.validateUpdate?.(object, old) ?? []),
  ];
}

/** What is wrong with a create, or with `old` an update, as `field: message` lines. */
export function refusals(kind: KindDefinition, body: unknown, options: { old?: unknown } = {}): string[] {
  return (submit(kind, body, options).errors ?? []).map(({ field, message }) => `${field}: ${message}`);
}

/** The row of an object in a wide table, by column. */
export function cells(kind: KindDefinition, object: KubernetesObject, nowMs = 0): Record<string, unknown> {
  return Object.fromEntries(kind.columns.map(({ name, cell }) => [name, cell(object, { nowMs })]));
}
