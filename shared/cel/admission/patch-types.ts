import { CelRuntimeError } from '../errors.ts';
import { type CelType, DYN, listOf, type ObjectType, STRING } from '../types.ts';
import { ListValue, MapValue, ObjectValue, type Value } from '../values.ts';

/** One operation of a JSON patch. */
const JSON_PATCH: ObjectType = {
  kind: 'object',
  name: 'JSONPatch',
  field(name) {
    if (name === 'value') return { type: DYN };
    return name === 'op' || name === 'path' || name === 'from' ? { type: STRING } : undefined;
  },
};

/** What an expression of type `JSONPatch` evaluates to. */
export const JSON_PATCH_LIST: CelType = listOf(JSON_PATCH);

/** What an expression of type `ApplyConfiguration` evaluates to. */
export const APPLY_CONFIGURATION: ObjectType = partOfObject('Object');

/** `Object`, `Object.spec` and so on: parts of whatever object is admitted, with any field. */
function partOfObject(name: string): ObjectType {
  return { kind: 'object', name, field: () => ({ type: DYN }) };
}

/** The types that expressions of mutations can make. */
export function patchType(name: string): ObjectType | undefined {
  if (name === JSON_PATCH.name) return JSON_PATCH;
  return name === 'Object' || name.startsWith('Object.') ? partOfObject(name) : undefined;
}

/** Throws where a part of an object is in another place than its type says: `Object{spec: Object.status{}}`. */
export function checkTypeNames(value: Value): void {
  if (!(value instanceof ObjectValue)) return;
  const problems: string[] = [];
  visit(value, value.typeName, problems);
  if (problems.length > 0) throw new CelRuntimeError(`type mismatch: ${problems.join('\n')}`);
}

function visit(value: Value, expected: string, problems: string[]): void {
  if (value instanceof ObjectValue) {
    const { typeName } = value;
    if (typeName !== expected) {
      problems.push(
        `unexpected type name "${typeName}", expected "${expected}", which matches field name path from root Object type`,
      );
    }
    for (const name of value.names()) visit(value.field(name)!, `${expected}.${name}`, problems);
  } else if (value instanceof ListValue) {
    for (const item of value) visit(item, expected, problems);
  } else if (value instanceof MapValue) {
    for (const key of value.keys()) visit(value.get(key)!, expected, problems);
  }
}
