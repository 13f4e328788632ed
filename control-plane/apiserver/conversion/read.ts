import type { KubernetesObject } from '../../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { StoredObject } from '../../store/store.ts';
import { presented } from '../registry/served-form.ts';
import { convertingBy } from './converting-kind.ts';
import type { Conversions } from './review.ts';

/** Texts of objects that go into one review, in UTF-16 units: an answer may be several times as long. */
const reviewUnits = 512 * 1024;

interface Open {
  index: number;
  object: KubernetesObject;
  units: number;
}

/** Stored objects as this kind shows them, in the same order: a webhook is asked about all that it has to convert together. */
export async function presentAll(
  conversions: Conversions,
  kind: KindDefinition,
  stored: readonly StoredObject[],
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const form = kind.custom?.stored;
  const open: Open[] = [];
  const shown = stored.map((one, index) => {
    const object = form?.question(one.json);
    if (!object) return presented(kind, one);
    open.push({ index, object, units: one.json.length });
    return one;
  });
  for (const batch of batches(open)) {
    const objects = batch.map(({ object }) => object);
    const answers = await conversions.convert(kind, objects, apiVersionOf(kind), signal);
    for (const [at, { index }] of batch.entries()) {
      shown[index] = { ...stored[index]!, json: form!.answered(answers[at]!) };
    }
  }
  return shown;
}

/** A read of one object, with the answer of the webhook that converts it: what needs an answer is read again with it. */
export async function readConverted<T>(
  conversions: Conversions,
  kind: KindDefinition,
  stored: StoredObject,
  read: (kind: KindDefinition) => T,
  signal: AbortSignal,
): Promise<T> {
  const object = kind.custom?.stored.question(stored.json);
  if (!object) return read(kind);
  const [answer] = await conversions.convert(kind, [object], apiVersionOf(kind), signal);
  return read(convertingBy(kind, () => structuredClone(answer!)));
}

function* batches(open: readonly Open[]): Iterable<Open[]> {
  let batch: Open[] = [];
  let units = 0;
  for (const one of open) {
    if (batch.length > 0 && units + one.units > reviewUnits) {
      yield batch;
      batch = [];
      units = 0;
    }
    batch.push(one);
    units += one.units;
  }
  if (batch.length > 0) yield batch;
}
