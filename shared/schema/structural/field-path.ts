import { additionalOf, type JsonSchema } from './json-schema.ts';

/** A place in the values of a schema, as a rule or a selectable field names it. */
export interface FieldPath {
  /** In Kubernetes' notation, without a dot in front. */
  text: string;
  root: string;
  /** Undefined where values of any form may be. */
  schema: JsonSchema | undefined;
}

/** Why a text is no path. */
export class FieldPathError extends Error {}

/**
 * Reads `.spec.list['key'].name`: fields that the schema has, and keys of its maps.
 * Throws FieldPathError in the words of Kubernetes.
 */
export function parseFieldPath(
  text: string,
  schema: JsonSchema,
  { allowBrackets = true }: { allowBrackets?: boolean } = {},
): FieldPath {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
  let at = 0;
  let current: JsonSchema | undefined = schema;
  let path = '';
  let root = '';
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new FieldPathError('unexpected end of JSON path');
    return token;
  };
  const enter = (name: string) => {
    const properties: JsonSchema['properties'] = current?.properties;
    const additional: JsonSchema | undefined = current && additionalOf(current);
    if (properties && Object.hasOwn(properties, name)) {
      current = properties[name];
      path += path ? `.${name}` : name;
    } else if (!properties && current?.additionalProperties !== undefined) {
      current = additional;
      path += `[${name}]`;
    } else throw new FieldPathError('does not refer to a valid field');
    root ||= name;
  };
  while (at < tokens.length) {
    const token = next();
    if (token === '.') enter(next());
    else if (token === '[') {
      if (!allowBrackets) throw new FieldPathError('array notation is not allowed');
      enter(unquote(next()));
      const close = next();
      if (close !== ']') throw new FieldPathError(`expected ] but got ${close}`);
    } else throw new FieldPathError(`expected [ or . but got: ${token}`);
  }
  return { text: path, root, schema: current };
}

function unquote(token: string): string {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
    throw new FieldPathError(`expected single quoted string but got ${token}`);
  }
  return token.slice(1, -1).replace(/\\(.)/gs, (sequence, character: string) => {
    if (character === "'" || character === '\\') return character;
    throw new FieldPathError(`invalid string literal: invalid escape char ${sequence}`);
  });
}

/** A path of a rule in the form of errors; undefined for what is none. */
export function normalizedPath(text: string, schema: JsonSchema): string | undefined {
  try {
    return parseFieldPath(text, schema).text;
  } catch (error) {
    if (error instanceof FieldPathError) return undefined;
    throw error;
  }
}
