import { isJsonObject, type Json, type JsonObject, jsonEqual } from '../../../shared/api/json.ts';

/** What a document of OpenAPI v2 says of some paths. */
export interface OpenApiParts {
  paths: JsonObject;
  definitions: JsonObject;
}

const definitionRef = '#/definitions/';

/** The paths of one group version out of an extension server's document, and the definitions that they lead to. */
export function partsOfGroupVersion(
  document: JsonObject,
  { group, version }: { group: string; version: string },
): OpenApiParts {
  const prefix = `/apis/${group}/${version}/`;
  const all = isJsonObject(document.paths) ? document.paths : {};
  const paths = Object.fromEntries(Object.entries(all).filter(([path]) => path.startsWith(prefix)));
  const defined = isJsonObject(document.definitions) ? document.definitions : {};
  const wanted = [...refsOf(paths)];
  const definitions = new Map<string, Json>();
  for (const name of wanted) {
    const definition = Object.hasOwn(defined, name) ? defined[name] : undefined;
    if (definition === undefined || definitions.has(name)) continue;
    definitions.set(name, definition);
    wanted.push(...refsOf(definition));
  }
  return { paths, definitions: Object.fromEntries(definitions) };
}

/**
 * What some parts add to a document that has these definitions. Paths that are taken stay whose they are. A definition of
 * a name that stands for something else gets a name of its own: `NAME_v2`, and on from there.
 */
export function addedTo(base: OpenApiParts, parts: readonly OpenApiParts[]): OpenApiParts {
  const addedPaths = new Map<string, Json>();
  const addedDefinitions = new Map<string, Json>();
  const find: Find = (name) =>
    Object.hasOwn(base.definitions, name) ? base.definitions[name] : addedDefinitions.get(name);
  for (const { paths, definitions } of parts) {
    const names = newNames(definitions, find);
    for (const [name, definition] of Object.entries(definitions)) {
      const own = names.get(name) ?? name;
      if (find(own) === undefined) addedDefinitions.set(own, renamed(definition, names));
    }
    for (const [path, item] of Object.entries(paths)) {
      if (!Object.hasOwn(base.paths, path) && !addedPaths.has(path)) addedPaths.set(path, renamed(item, names));
    }
  }
  return { paths: Object.fromEntries(addedPaths), definitions: Object.fromEntries(addedDefinitions) };
}

/** The group versions that a body belongs to are those of the server that has it: the type is the same one. */
function isSame(a: Json, b: Json): boolean {
  return jsonEqual(withoutKinds(a), withoutKinds(b));
}

const kindsExtension = 'x-kubernetes-group-version-kind';

function withoutKinds(definition: Json): Json {
  if (!isJsonObject(definition)) return definition;
  const { [kindsExtension]: _kinds, ...rest } = definition;
  return rest;
}

type Find = (name: string) => Json | undefined;

/** Giving one definition a name of its own changes those that refer to it, which may make them known ones or new ones. */
const maxRounds = 8;

function newNames(definitions: JsonObject, find: Find): Map<string, string> {
  let names = new Map<string, string>();
  for (let round = 0; round < maxRounds; round++) {
    const next = new Map<string, string>();
    for (const [name, definition] of Object.entries(definitions)) {
      const own = freeName(name, renamed(definition, names), find);
      if (own !== name) next.set(name, own);
    }
    const isSettled = jsonEqual([...names], [...next]);
    names = next;
    if (isSettled) break;
  }
  return names;
}

/** The first name that nobody has, or that stands for the same. */
function freeName(name: string, definition: Json, find: Find): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_v${number}`;
    const known = find(candidate);
    if (known === undefined || isSame(known, definition)) return candidate;
  }
}

/** The names behind all references, wherever they are. */
function refsOf(value: Json): Set<string> {
  const refs = new Set<string>();
  JSON.stringify(value, (key, item: Json) => {
    if (key === '$ref' && typeof item === 'string' && item.startsWith(definitionRef)) {
      refs.add(item.slice(definitionRef.length));
    }
    return item;
  });
  return refs;
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (names.size === 0) return value;
  const text = JSON.stringify(value, (key, item: Json) => {
    if (key !== '$ref' || typeof item !== 'string' || !item.startsWith(definitionRef)) return item;
    const name = names.get(item.slice(definitionRef.length));
    return name === undefined ? item : `${definitionRef}${name}`;
  });
  return JSON.parse(text) as Json;
}
