import { StatusError } from '../errors.ts';
import { byteLength } from '../go-format.ts';
import { isJsonObject, type Json, jsonEqual } from '../json.ts';
import { undecodablePatch, unprocessablePatch } from './patch-errors.ts';

const maximumOperations = 10_000;
/** Bytes that all copy operations of one patch may add. */
const maximumCopied = 3 * 1024 * 1024;

/** Members and indices from the root to a value, unescaped. */
type Path = readonly string[];

type Operation =
  | { op: 'add' | 'replace' | 'test'; path: Path; value: Json }
  | { op: 'remove'; path: Path }
  | { op: 'move' | 'copy'; path: Path; from: Path };

/** The document sits one level down, so that operations on the whole of it need no case of their own. */
interface Document {
  root: Json;
  [name: string]: Json;
}

/**
 * Applies a JSON Patch (RFC 6902) and returns the result; `object` stays as it is.
 * Throws BadRequest for something that is no patch, Invalid for one that does not apply, and
 * RequestEntityTooLarge past the bounds on operations and growth.
 *
 * The rfc6902 package is not used here, only to check against: it takes `constructor` in a pointer for nothing, and
 * walks into inherited properties.
 */
export function applyJsonPatch(object: Json, patch: unknown): Json {
  const document: Document = { root: structuredClone(object) };
  let copied = 0;
  for (const operation of decode(patch)) {
    if (operation.op === 'copy') {
      copied += byteLength(JSON.stringify(valueAt(document, operation.from)));
      if (copied > maximumCopied) throw tooMuchCopied(copied);
    }
    apply(document, operation);
  }
  return document.root;
}

function tooMuchCopied(size: number): StatusError {
  return new StatusError(
    'RequestEntityTooLarge',
    `Unable to complete the copy, the accumulated size increase of copy is ${size}, exceeding the limit ${maximumCopied}`,
  );
}

function decode(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw undecodablePatch(patch, 'jsonpatch.Patch');
  if (patch.length > maximumOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${patch.length}`;
    throw new StatusError('RequestEntityTooLarge', message);
  }
  return patch.map(decodeOperation);
}

function decodeOperation(operation: unknown): Operation {
  if (!isJsonObject(operation)) throw undecodablePatch(operation, 'jsonpatch.Operation');
  const { op, path, from, value } = operation;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op, path: decodePointer(path), value: value ?? null };
    case 'remove':
      return { op, path: decodePointer(path) };
    case 'move':
    case 'copy':
      return { op, path: decodePointer(path), from: decodePointer(from) };
    default:
      throw unprocessablePatch();
  }
}

function decodePointer(pointer: Json | undefined): Path {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) throw unprocessablePatch();
  const tokens = pointer.split('/').slice(1);
  return ['root', ...tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

function apply(document: Document, operation: Operation): void {
  switch (operation.op) {
    case 'add':
      add(document, operation.path, structuredClone(operation.value));
      break;
    case 'remove':
      remove(document, operation.path);
      break;
    case 'replace':
      valueAt(document, operation.path);
      put(document, operation.path, structuredClone(operation.value));
      break;
    case 'copy':
      add(document, operation.path, structuredClone(valueAt(document, operation.from)));
      break;
    case 'move':
      move(document, operation.from, operation.path);
      break;
    case 'test':
      if (!jsonEqual(valueAt(document, operation.path), operation.value)) throw unprocessablePatch();
  }
}

function move(document: Document, from: Path, path: Path): void {
  const value = valueAt(document, from);
  if (isInside(path, from)) throw unprocessablePatch();
  remove(document, from);
  add(document, path, value);
}

function isInside(path: Path, ancestor: Path): boolean {
  return path.length > ancestor.length && ancestor.every((token, index) => path[index] === token);
}

function valueAt(document: Json, path: Path): Json {
  let value = document;
  for (const token of path) {
    if (Array.isArray(value)) value = value[indexIn(value.length, token)] as Json;
    else if (isJsonObject(value) && Object.hasOwn(value, token)) value = value[token] as Json;
    else throw unprocessablePatch();
  }
  return value;
}

/** The index that `token` names in a list of this length. */
function indexIn(length: number, token: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(token) || Number(token) >= length) throw unprocessablePatch();
  return Number(token);
}

function add(document: Document, path: Path, value: Json): void {
  const parent = valueAt(document, path.slice(0, -1));
  const token = path.at(-1) as string;
  if (!Array.isArray(parent)) put(document, path, value);
  else if (token === '-') parent.push(value);
  else parent.splice(indexIn(parent.length + 1, token), 0, value);
}

function put(document: Document, path: Path, value: Json): void {
  const parent = valueAt(document, path.slice(0, -1));
  const token = path.at(-1) as string;
  if (Array.isArray(parent)) parent[indexIn(parent.length, token)] = value;
  // Assigning to `__proto__` would change the prototype; no field of Kubernetes has that name.
  else if (isJsonObject(parent) && token !== '__proto__') parent[token] = value;
  else throw unprocessablePatch();
}

function remove(document: Document, path: Path): void {
  valueAt(document, path);
  const parent = valueAt(document, path.slice(0, -1));
  const token = path.at(-1) as string;
  if (Array.isArray(parent)) parent.splice(Number(token), 1);
  else delete (parent as Document)[token];
}
