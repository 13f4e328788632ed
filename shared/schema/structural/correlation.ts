import { isJsonObject, jsonEqual } from '../../api/json.ts';
import { itemsOf, type JsonSchema, propertyOf } from './json-schema.ts';

/**
 * A value of an update beside the one that was there before. Errors in what did not change are forgiven, so that an
 * object does not become read-only when its schema gets stricter.
 */
export class Correlation {
  readonly value: unknown;
  readonly old: unknown;
  readonly #schema: JsonSchema;
  #isSame: boolean | undefined;
  #children: Map<string | number, Correlation | undefined> | undefined;
  #oldItems: Map<string, unknown> | undefined;

  constructor(schema: JsonSchema, value: unknown, old: unknown) {
    this.#schema = schema;
    this.value = value;
    this.old = old;
  }

  /** The same member before; undefined where it is new or nothing is known of it. */
  member(key: string): Correlation | undefined {
    return this.#child(key, () => {
      const schema = propertyOf(this.#schema, key);
      const { value, old } = this;
      if (!schema || !isJsonObject(value) || !isJsonObject(old)) return undefined;
      if (!Object.hasOwn(value, key) || !Object.hasOwn(old, key)) return undefined;
      return new Correlation(schema, value[key], old[key]);
    });
  }

  /** The same item before: only items with keys can be told apart. */
  item(index: number): Correlation | undefined {
    return this.#child(index, () => {
      const schema = itemsOf(this.#schema);
      const { value, old } = this;
      if (!schema || !Array.isArray(value) || !Array.isArray(old) || !this.#isMapList) return undefined;
      const before = this.#itemByKeys(old, value[index]);
      return before === undefined || before === null ? undefined : new Correlation(schema, value[index], before);
    });
  }

  /** Equal to what was there before; the order of items with keys does not count. */
  get isSame(): boolean {
    this.#isSame ??= this.#compare();
    return this.#isSame;
  }

  get #isMapList(): boolean {
    return this.#schema['x-kubernetes-list-type'] === 'map';
  }

  #compare(): boolean {
    const { value, old } = this;
    if (value === old) return true;
    if (Array.isArray(value) && Array.isArray(old)) {
      if (value.length !== old.length) return false;
      if (!this.#isMapList) return jsonEqual(value, old);
      return value.every((_item, index) => this.item(index)?.isSame ?? false);
    }
    if (!isJsonObject(value) || !isJsonObject(old)) return jsonEqual(value, old);
    const keys = Object.keys(value);
    if (keys.length !== Object.keys(old).length) return false;
    return keys.every((key) => this.member(key)?.isSame ?? false);
  }

  #child(key: string | number, make: () => Correlation | undefined): Correlation | undefined {
    this.#children ??= new Map();
    if (!this.#children.has(key)) this.#children.set(key, make());
    return this.#children.get(key);
  }

  #itemByKeys(old: readonly unknown[], item: unknown): unknown {
    if (!this.#oldItems) {
      this.#oldItems = new Map();
      for (const other of old) {
        const key = this.#keyOf(other);
        if (key !== undefined && !this.#oldItems.has(key)) this.#oldItems.set(key, other);
      }
    }
    const key = this.#keyOf(item);
    return key === undefined ? undefined : this.#oldItems.get(key);
  }

  #keyOf(item: unknown): string | undefined {
    if (!isJsonObject(item)) return undefined;
    const keys = this.#schema['x-kubernetes-list-map-keys'] ?? [];
    return JSON.stringify(keys.map((key) => (Object.hasOwn(item, key) ? item[key] : null)));
  }
}
