import { StatusError } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { convertingBy } from './converting-kind.ts';
import type { Conversions } from './review.ts';

/** Texts of objects that go into one review. */
const reviewUnits = 1024 * 1024;
/** A read that finds other objects each time that it is repeated is not repeated for ever. */
const maximumRounds = 5;

/**
 * A read of custom resources, with the answers of the webhook that converts them. `read` is repeated until it finds no
 * object that has not been converted; it has to have read everything when it returns.
 */
export async function readConverted<T>(
  conversions: Conversions,
  kind: KindDefinition,
  read: (kind: KindDefinition) => T,
  signal: AbortSignal,
): Promise<T> {
  if (!kind.custom?.webhook) return read(kind);
  const known = new Map<string, KubernetesObject>();
  for (let round = 0; round < maximumRounds; round++) {
    const missing = new Map<string, KubernetesObject>();
    let wanted = '';
    const result = read(
      convertingBy(kind, (object, apiVersion) => {
        const id = JSON.stringify(object);
        const converted = known.get(id);
        if (!converted) missing.set(id, object);
        wanted = apiVersion;
        return structuredClone(converted ?? object);
      }),
    );
    if (missing.size === 0) return result;
    for (const batch of batches(missing)) {
      const objects = batch.map(([, object]) => object);
      const answers = await conversions.convert(kind, objects, wanted, signal);
      for (const [index, [id]] of batch.entries()) known.set(id, answers[index]!);
    }
  }
  throw new StatusError('Timeout', 'the objects change faster than they can be converted');
}

function* batches(missing: ReadonlyMap<string, KubernetesObject>): Iterable<[string, KubernetesObject][]> {
  let batch: [string, KubernetesObject][] = [];
  let units = 0;
  for (const entry of missing) {
    if (batch.length > 0 && units + entry[0].length > reviewUnits) {
      yield batch;
      batch = [];
      units = 0;
    }
    batch.push(entry);
    units += entry[0].length;
  }
  if (batch.length > 0) yield batch;
}
