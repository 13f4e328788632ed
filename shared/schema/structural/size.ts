import { additionalOf, itemsOf, type JsonSchema } from './json-schema.ts';

/** How many schemas and rules a schema consists of; counting ends past `most`. */
export function countParts(schema: JsonSchema, most: number): number {
  const open: JsonSchema[] = [schema];
  let count = 0;
  for (let part = open.pop(); part && count <= most; part = open.pop()) {
    count += 1 + (part['x-kubernetes-validations']?.length ?? 0);
    const { not, allOf = [], anyOf = [], oneOf = [], properties = {} } = part;
    for (const one of [not, itemsOf(part), additionalOf(part)]) if (one) open.push(one);
    for (const several of [allOf, anyOf, oneOf, Object.values(properties)]) for (const one of several) open.push(one);
  }
  return count;
}
