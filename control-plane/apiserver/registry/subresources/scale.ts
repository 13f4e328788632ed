import { type FieldError, invalid } from '../../../../shared/api/errors.ts';
import { isJsonObject, type Json } from '../../../../shared/api/json.ts';
import type { KubernetesObject, Scale } from '../../../../shared/api/object.ts';
import { fieldErrors } from '../../../../shared/api/validation.ts';
import { apiVersionOf, type KindDefinition, type ScaleSpec } from '../../../../shared/kinds/define-kind.ts';
import type { SeenAs } from '../admission-request.ts';
import { decodeAs, decodeBody } from '../decoding.ts';
import { get } from '../get.ts';
import { adoptName, adoptNamespace } from '../identity.ts';
import { applyFields } from '../managed-fields.ts';
import { decodePatched, patched } from '../patch.ts';
import { modify } from '../pipeline.ts';
import type { PatchRequest, WriteOutcome } from '../registry.ts';
import type { WriteContext } from '../write-context.ts';
import type { Subresource } from './subresource.ts';

const scaleType = { group: 'autoscaling', version: 'v1', kind: 'Scale', schema: 'V1Scale' };

/** `KIND/NAME/scale`: the number of replicas of anything that has one, as an autoscaling/v1 Scale. */
export const scale: Subresource = {
  get(reader, target) {
    const stored = get(reader, target);
    return { ...stored, json: scaleText(target.kind, JSON.parse(stored.json)) };
  },
  update(context, request) {
    const wanted = decodeAs<Scale>(context, scaleType, request);
    adoptNamespace(wanted, context);
    adoptName(wanted, request.name);
    return setReplicas(context, request.name, () => wanted);
  },
  patch(context, request) {
    if (request.patchType === 'apply') return applyReplicas(context, request);
    return setReplicas(context, request.name, (current) => {
      const body = patched(request, { schema: scaleType.schema, current: current as KubernetesObject });
      const wanted = decodePatched(body, () => decodeAs<Scale>(context, scaleType, { body }));
      adoptName(wanted, request.name);
      return wanted;
    });
  },
};

function setReplicas(context: WriteContext, name: string, change: (current: Scale) => Scale): WriteOutcome {
  const { kind } = context;
  const written = modify(context, {
    name,
    scope: 'any',
    subresource: 'scale',
    seen: seenAsScale(kind),
    change(current) {
      const wanted = change(toScale(kind, current));
      const replicas = wanted.spec?.replicas ?? 0;
      refuseInvalid(name, replicas);
      setPath(current, specOf(kind).specReplicas, replicas);
      const { uid, resourceVersion } = wanted.metadata;
      current.metadata = { ...current.metadata, uid: uid || current.metadata.uid, resourceVersion };
      return current;
    },
  });
  return { code: 200, json: scaleText(kind, written.object), warnings: context.warnings };
}

/** Server-side apply owns the field of the object that the Scale stands for, under the name of the subresource. */
function applyReplicas(context: WriteContext, request: PatchRequest): WriteOutcome {
  const { kind } = context;
  const wanted = decodeAs<Scale>(context, scaleType, request);
  adoptNamespace(wanted, context);
  adoptName(wanted, request.name);
  const { name, namespace, uid, resourceVersion } = wanted.metadata;
  const applied: KubernetesObject = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name, namespace } };
  const replicas = wanted.spec?.replicas;
  if (replicas !== undefined) {
    refuseInvalid(request.name, replicas);
    setPath(applied, specOf(kind).specReplicas, replicas);
  }
  const written = modify(context, {
    name: request.name,
    scope: 'any',
    subresource: 'scale',
    seen: seenAsScale(kind),
    tracked: true,
    change(live) {
      const force = request.force ?? false;
      const { object: body, managedFields } = applyFields(context, applied, { live, subresource: 'scale', force });
      const object = decodeBody(context, { body });
      object.metadata = { ...live.metadata, uid: uid || live.metadata.uid, resourceVersion };
      if (managedFields) object.metadata.managedFields = managedFields;
      return object;
    },
  });
  return { code: 200, json: scaleText(kind, written.object), warnings: context.warnings };
}

/** Admission sees the Scale, as the client does, and may change what it wants. */
function seenAsScale(kind: KindDefinition): SeenAs {
  return {
    type: scaleType,
    show: (object) => toScale(kind, object) as KubernetesObject,
    take: (object, seen) => setPath(object, specOf(kind).specReplicas, (seen as Scale).spec?.replicas ?? 0),
  };
}

function refuseInvalid(name: string, replicas: number): void {
  if (replicas >= 0) return;
  const errors: FieldError[] = [
    fieldErrors.invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ];
  throw invalid({ group: scaleType.group, resource: 'scales', kind: scaleType.kind, name }, errors);
}

function scaleText(kind: KindDefinition, object: KubernetesObject): string {
  return JSON.stringify(toScale(kind, object));
}

function toScale(kind: KindDefinition, object: KubernetesObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { specReplicas, statusReplicas, selector } = specOf(kind);
  const wanted = numberAt(object, specReplicas);
  const selected = selector(object);
  return {
    kind: scaleType.kind,
    apiVersion: `${scaleType.group}/${scaleType.version}`,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // Kubernetes leaves out a zero here, but not below.
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: { replicas: numberAt(object, statusReplicas), ...(selected ? { selector: selected } : {}) },
  };
}

function specOf(kind: KindDefinition): ScaleSpec {
  const spec = kind.subresources?.scale;
  if (!spec) throw new Error(`${kind.kind} has no scale subresource`);
  return spec;
}

/** `path` is dotted; an absent value is 0. */
function numberAt(object: KubernetesObject, path: string): number {
  let value: unknown = object;
  for (const field of path.split('.')) value = isJsonObject(value) ? value[field] : undefined;
  return typeof value === 'number' ? value : 0;
}

function setPath(object: KubernetesObject, path: string, value: Json): void {
  const fields = path.split('.');
  const last = fields.pop() ?? '';
  let parent: Record<string, unknown> = object;
  for (const field of fields) {
    if (!isJsonObject(parent[field])) parent[field] = {};
    parent = parent[field] as Record<string, unknown>;
  }
  parent[last] = value;
}
