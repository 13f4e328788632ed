import type { KubernetesObject } from '../../../shared/api/object.ts';
import { admissionRequest } from './admission-request.ts';
import type { BodyType } from './decoding.ts';
import type { ConnectRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

/** Asks admission about a connection, which stores nothing. The outcome is its options as admission has left them. */
export function connect(context: WriteContext, request: ConnectRequest): WriteOutcome {
  const { name, subresource } = request;
  const type = connectionType(request);
  // Options have no metadata, and no plugin that hears of connections counts on any.
  const object = { ...request.options } as Record<string, unknown> as KubernetesObject;
  const admission = admissionRequest(context, 'CONNECT', { object, type, name, subresource });
  context.deps.admission.admit(admission);
  context.deps.admission.validate(admission);
  return { code: 200, json: JSON.stringify(object), warnings: context.warnings };
}

function connectionType({ kind, subresource }: ConnectRequest): BodyType {
  const declared = kind.subresources?.others?.[subresource];
  if (!declared?.options) throw new Error(`${kind.kind} does not say what a connection to ${subresource} takes`);
  return {
    group: declared.group ?? kind.group,
    version: declared.version ?? kind.version,
    kind: declared.kind,
    schema: declared.options,
  };
}
