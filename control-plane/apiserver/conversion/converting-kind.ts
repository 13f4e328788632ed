import { StatusError } from '../../../shared/api/errors.ts';
import type { Converter } from '../../../shared/custom-resources/stored-form.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { WriteRun } from '../outside-calls/write-run.ts';
import type { Conversions } from './review.ts';

/** The kind, with this converter for objects of its other versions. Kinds that no webhook converts stay as they are. */
export function convertingBy(kind: KindDefinition, convert: Converter): KindDefinition {
  const { custom } = kind;
  if (!custom?.webhook) return kind;
  const { stored } = custom;
  const bound = {
    ...stored,
    present: (json: string, revision: number) => stored.present(json, revision, convert),
    store: (json: string) => stored.store(json, convert),
  };
  // Not copied: a kind reads its schema only when it is asked for it.
  const own = Object.create(custom, { stored: { value: bound } });
  return Object.create(kind, { custom: { value: own } });
}

/**
 * Asks in the course of a write. The version of an object is left out of the question: it is another one each time that
 * the write is run.
 */
export function convertingWrite(
  kind: KindDefinition,
  run: WriteRun,
  conversions: Conversions | undefined,
): KindDefinition {
  if (!kind.custom?.webhook || !conversions || !run.asks) return kind;
  return convertingBy(kind, (object, apiVersion) => {
    const { resourceVersion, ...metadata } = object.metadata;
    const [converted] = run.answers([conversions.question(kind, { ...object, metadata }, apiVersion)]);
    if (!converted) throw new StatusError('InternalError', 'the conversion webhook has given no answer');
    return structuredClone({
      ...converted,
      metadata: { ...converted.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    });
  });
}
