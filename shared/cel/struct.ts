import { ObjectValue, type Value } from './values.ts';

/** An object that an expression has made: `Object.spec{replicas: 3}`. */
export class StructValue extends ObjectValue {
  readonly typeName: string;
  readonly #fields: ReadonlyMap<string, Value>;
  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super();
    this.typeName = typeName;
    this.#fields = fields;
  }
  field(name: string): Value | undefined {
    return this.#fields.get(name);
  }
  names(): Iterable<string> {
    return this.#fields.keys();
  }
}
