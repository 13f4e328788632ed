import { goQuote } from '../go-format.ts';
import { isJsonObject } from '../json.ts';

/**
 * A set of field paths, in the form of `FieldsV1`, so that encoding costs nothing: a tree whose keys are path elements,
 * `f:name`, `k:{"name":"c"}`, `v:"value"` or `i:0`. The path to a node is in the set when the node has no keys, or the
 * key `.`. Treated as immutable: the functions here share subtrees with their arguments and change none.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set under construction. */
export interface MutableFieldSet {
  [element: string]: FieldSet;
}

const self = '.';
/** A node that is in the set and has nothing below. */
export const leaf: FieldSet = Object.freeze({});
export const emptySet: FieldSet = leaf;

/** Only for whole sets: as a node, the same object is a member. */
export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

export function isMember(node: FieldSet): boolean {
  return isEmpty(node) || self in node;
}

/** A node that is a member and has these children. */
export function member(children: MutableFieldSet): FieldSet {
  if (isEmpty(children)) return leaf;
  children[self] = leaf;
  return children;
}

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** The node of a field, for walks down a set beside an object. */
export function child(set: FieldSet | undefined, element: string): FieldSet | undefined {
  return set && Object.hasOwn(set, element) ? set[element] : undefined;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return unionNodes(a, b);
}

function unionNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const result: MutableFieldSet = { ...a };
  for (const element in b) {
    const mine = child(a, element);
    const theirs = b[element] as FieldSet;
    result[element] = mine ? unionMembers(mine, theirs) : theirs;
  }
  return result;
}

function unionMembers(a: FieldSet, b: FieldSet): FieldSet {
  const isIn = isMember(a) || isMember(b);
  const result = unionNodes(a, b);
  return isIn && !isMember(result) ? { ...result, [self]: leaf } : result;
}

/**
 * The paths of `a` that are not in `b`. What lies below a path of `b` stays. Returns `a` itself where that is all of it,
 * so that callers can tell cheaply.
 */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  let result: MutableFieldSet | undefined;
  for (const element in b) {
    const mine = element === self ? undefined : child(a, element);
    if (!mine) continue;
    const rest = nodeDifference(mine, b[element] as FieldSet);
    if (rest === mine) continue;
    result ??= { ...a };
    if (rest) result[element] = rest;
    else delete result[element];
  }
  return result ?? a;
}

function nodeDifference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below = difference(a, b);
  const stays = isMember(a) && !isMember(b);
  if (below === a && stays === isMember(a)) return a;
  const { [self]: _, ...children } = below;
  if (stays) return member(children);
  return isEmpty(children) ? undefined : children;
}

/** The paths in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: MutableFieldSet = {};
  for (const element in a) {
    const theirs = element === self ? undefined : child(b, element);
    if (!theirs) continue;
    const mine = a[element] as FieldSet;
    const below: MutableFieldSet = { ...intersection(mine, theirs) };
    if (isMember(mine) && isMember(theirs)) result[element] = member(below);
    else if (!isEmpty(below)) result[element] = below;
  }
  return result;
}

/** The paths of `a` that are neither in `b` nor below a path of it. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  const result: MutableFieldSet = {};
  for (const element in a) {
    const mine = a[element] as FieldSet;
    const theirs = element === self ? undefined : child(b, element);
    if (!theirs) result[element] = mine;
    else if (!isMember(theirs)) {
      const below = differenceBelow(mine, theirs);
      if (!isEmpty(below) || isEmpty(mine)) result[element] = below;
    }
  }
  return result;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const other = child(b, key);
    return other !== undefined && equalSets(a[key] as FieldSet, other);
  });
}

/**
 * With keys in Kubernetes' order: fields, then items by key, value and index. A set that is in order already is returned
 * as it is: that is most of them, and to build objects with ever new names is slow.
 */
export function sorted(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  let isSame = true;
  const entries = elements.map((element, index): [string, FieldSet] => {
    const before = set[element] as FieldSet;
    const after = sorted(before);
    isSame &&= after === before && (index === 0 || (elements[index - 1] as string) < element);
    return [element, after];
  });
  if (isSame) return set;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Calls `visit` with every path in the set, as Kubernetes prints it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function forEachPath(set: FieldSet, visit: (path: string) => void, prefix = ''): void {
  const elements = Object.keys(set)
    .filter((element) => element !== self)
    .sort();
  for (const element of elements) {
    if (isMember(set[element] as FieldSet)) visit(prefix + printElement(element));
  }
  for (const element of elements) forEachPath(set[element] as FieldSet, visit, prefix + printElement(element));
}

/** `.name`, `[name="c"]`, `[="value"]`, `[0]`. */
export function printElement(element: string): string {
  const content = element.slice(2);
  if (element.startsWith('f:')) return `.${content}`;
  if (element.startsWith('i:')) return `[${content}]`;
  const value: unknown = JSON.parse(content);
  if (!element.startsWith('k:') || !isJsonObject(value)) return `[=${printValue(value)}]`;
  return `[${Object.entries(value)
    .map(([key, item]) => `${key}=${printValue(item)}`)
    .join(',')}]`;
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}

/** Far deeper than any schema; the limit keeps recursion safe from clients. */
const maximumDepth = 100;

/** Brings a `FieldsV1` value of a client into our form; undefined where it is malformed. */
export function decodeFields(value: unknown, depth = 0): FieldSet | undefined {
  if (value === undefined || value === null) return emptySet;
  if (!isJsonObject(value) || depth > maximumDepth) return undefined;
  const result: MutableFieldSet = {};
  for (const [name, below] of Object.entries(value)) {
    const element = decodeElement(name);
    const node = name === self ? leaf : decodeFields(below, depth + 1);
    if (element === undefined || !node) return undefined;
    result[element] = node;
  }
  return result;
}

function decodeElement(element: string): string | undefined {
  if (element === self || element.startsWith('f:') || /^i:\d+$/.test(element)) return element;
  const kind = element.slice(0, 2);
  if (kind !== 'k:' && kind !== 'v:') return undefined;
  try {
    const value: unknown = JSON.parse(element.slice(2));
    return kind === 'v:' || isJsonObject(value) ? kind + encodeKey(value) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON with sorted names, the form of keys and values in path elements. */
export function encodeKey(value: unknown): string {
  if (!isJsonObject(value)) return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}
