import { notFound } from '../../../shared/api/errors.ts';
import type { StoredObject, StoreReader } from '../../store/store.ts';
import type { Target } from './registry.ts';
import { servedObject } from './served-form.ts';
import { keyOf, subjectOf } from './write-context.ts';

/** The object, whose text is the answer. */
export function get(reader: StoreReader, target: Target & { name: string }): StoredObject {
  const stored = reader.get(keyOf(target, target.name));
  if (!stored) throw notFound(subjectOf(target.kind, target.name));
  return servedObject(target.kind, stored);
}
