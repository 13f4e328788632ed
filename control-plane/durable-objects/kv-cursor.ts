import type { Cursor, Progress } from '../controllers/runtime/controller.ts';

/** How far a component has got, in a row of the object's key-value storage. */
export function kvCursor(kv: Pick<DurableObjectStorage['kv'], 'get' | 'put'>, component: string): Cursor {
  const key = `cursor/${component}`;
  return {
    load: async () => kv.get<Progress>(key),
    save: async (progress) => kv.put(key, progress),
  };
}
