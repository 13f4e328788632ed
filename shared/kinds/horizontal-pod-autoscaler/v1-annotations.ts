import { hasReason } from '../../api/errors.ts';
import type { HorizontalPodAutoscaler, ObjectMeta } from '../../api/object.ts';
import { TypeMismatch } from '../../schema/convert.ts';
import { decode } from '../../schema/decode.ts';
import { schemaFor } from '../../schema/registry.ts';
import { listOf, measuredFromV1, measuredToV1, metricFromV1, metricToV1 } from './v1-metrics.ts';
import type { Metric } from './validate-metrics.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Status = NonNullable<HorizontalPodAutoscaler['status']>;
type Behavior = NonNullable<Spec['behavior']>;
type Annotations = Readonly<Record<string, string>>;

/** What only the stored form has fields for. */
export interface Carried {
  metrics?: Metric[] | undefined;
  behavior?: Behavior | undefined;
  currentMetrics?: Status['currentMetrics'];
  conditions?: Status['conditions'];
}

const prefix = 'autoscaling.alpha.kubernetes.io/';
const names = {
  metrics: `${prefix}metrics`,
  behavior: `${prefix}behavior`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
} as const satisfies Record<keyof Carried, string>;
/** Those of versions that are no longer served belong to the conversion as well, and are not kept. */
const reserved = new Set<string>([
  ...Object.values(names),
  `${prefix}scale-down-tolerance`,
  `${prefix}scale-up-tolerance`,
]);

/** The metadata with what is carried, and with no leftovers of an earlier conversion. */
export function withCarried(metadata: ObjectMeta, { metrics, behavior, currentMetrics, conditions }: Carried) {
  return withAnnotations(metadata, {
    ...(metrics?.length ? { [names.metrics]: JSON.stringify(metrics.map(metricToV1)) } : {}),
    ...(currentMetrics?.length ? { [names.currentMetrics]: JSON.stringify(currentMetrics.map(measuredToV1)) } : {}),
    ...(behavior ? { [names.behavior]: behaviorText(behavior) } : {}),
    ...(conditions?.length ? { [names.conditions]: JSON.stringify(conditions.map(inOrder)) } : {}),
  });
}

export function withoutCarried(metadata: ObjectMeta): ObjectMeta {
  return withAnnotations(metadata, {});
}

/** What the annotations carry. A text that cannot be read carries nothing. */
export function carriedBy({ annotations = {} }: ObjectMeta): Carried {
  return {
    metrics: read(annotations, names.metrics, (json) => ({ spec: { metrics: listOf(json).map(metricFromV1) } }))?.spec
      ?.metrics,
    behavior: nonEmpty(
      read(annotations, names.behavior, (json) => ({ spec: { behavior: renamed(json, lowered) } }))?.spec?.behavior,
    ),
    currentMetrics: read(annotations, names.currentMetrics, (json) => ({
      status: { currentMetrics: listOf(json).map(measuredFromV1) },
    }))?.status?.currentMetrics,
    conditions: read(annotations, names.conditions, (json) => ({ status: { conditions: json } }))?.status?.conditions,
  };
}

function withAnnotations(metadata: ObjectMeta, added: Annotations): ObjectMeta {
  const { annotations: given, ...rest } = metadata;
  const kept = Object.entries(given ?? {}).filter(([name]) => !reserved.has(name));
  const annotations = { ...Object.fromEntries(kept), ...added };
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
}

function read(
  annotations: Annotations,
  name: string,
  convert: (json: unknown) => object,
): Partial<HorizontalPodAutoscaler> | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  try {
    const json = JSON.parse(JSON.stringify(convert(JSON.parse(text))));
    return decode(schemaFor('V2HorizontalPodAutoscaler'), json).value as HorizontalPodAutoscaler;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeMismatch || hasReason(error, 'BadRequest')) {
      return undefined;
    }
    throw error;
  }
}

function nonEmpty(behavior: Behavior | undefined): Behavior | undefined {
  return behavior && Object.keys(behavior).length > 0 ? behavior : undefined;
}

/** The fields of rules are capitalized in this text, all of them present. */
function behaviorText({ scaleUp, scaleDown }: Behavior): string {
  const [up, down] = [scaleUp, scaleDown].map(
    (rules) =>
      rules && {
        stabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
        selectPolicy: rules.selectPolicy ?? null,
        policies: rules.policies?.map(({ type, value, periodSeconds }) => ({ type, value, periodSeconds })) ?? null,
        tolerance: rules.tolerance ?? null,
      },
  );
  return JSON.stringify(renamed({ scaleUp: up ?? null, scaleDown: down ?? null }, capitalized));
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const lowered = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), renamed(item, rename)]));
}

function inOrder({ type, status, lastTransitionTime, reason, message }: NonNullable<Status['conditions']>[number]) {
  return { type, status, lastTransitionTime: lastTransitionTime ?? null, reason, message };
}
