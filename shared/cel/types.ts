/** Static types of CEL expressions. `dyn` is known only when the expression is evaluated. */
export type CelType =
  | ScalarType
  | ListType
  | MapType
  | ObjectType
  | { readonly kind: 'opaque'; readonly name: string }
  | { readonly kind: 'optional'; readonly value: CelType }
  | { readonly kind: 'type'; readonly of?: CelType }
  /** Type variable of a function's declaration. */
  | { readonly kind: 'param'; readonly name: string };

export interface ScalarType {
  readonly kind: ScalarKind;
  /** Most characters or bytes that a value can have: what cost estimates count with. */
  readonly maxElements?: number;
  /** Of `dyn`: any single value, over which there are no loops. */
  readonly any?: true;
}

export interface ListType {
  readonly kind: 'list';
  readonly element: CelType;
  readonly maxElements?: number;
  /** Items are compared as a set, or by these keys: `x-kubernetes-list-type`. */
  readonly listType?: 'set' | 'map';
  readonly mapKeys?: readonly string[];
}

export interface MapType {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
  readonly maxElements?: number;
}

export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  field(name: string): CelField | undefined;
}

export type ScalarKind = (typeof scalarKinds)[number];

const scalarKinds = [
  ...(['dyn', 'error', 'null', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const),
];

export interface CelField {
  readonly type: CelType;
  /** The name in JSON, where it is no identifier of the language. */
  readonly jsonName?: string;
}

export const DYN: ScalarType = { kind: 'dyn' };
/** Stands for what an error has been reported about; goes with everything, so that one mistake is one message. */
export const ERROR: ScalarType = { kind: 'error' };
export const NULL: ScalarType = { kind: 'null' };
export const BOOL: ScalarType = { kind: 'bool' };
export const INT: ScalarType = { kind: 'int' };
export const UINT: ScalarType = { kind: 'uint' };
export const DOUBLE: ScalarType = { kind: 'double' };
export const STRING: ScalarType = { kind: 'string' };
export const BYTES: ScalarType = { kind: 'bytes' };
export const TIMESTAMP: ScalarType = { kind: 'timestamp' };
export const DURATION: ScalarType = { kind: 'duration' };
export const TYPE: CelType = { kind: 'type' };

export function listOf(element: CelType, more: Omit<ListType, 'kind' | 'element'> = {}): ListType {
  return { kind: 'list', element, ...more };
}

export function mapOf(key: CelType, value: CelType, more: Pick<MapType, 'maxElements'> = {}): MapType {
  return { kind: 'map', key, value, ...more };
}

export function optionalOf(value: CelType): CelType {
  return { kind: 'optional', value };
}

export function opaque(name: string): CelType {
  return { kind: 'opaque', name };
}

export function param(name: string): CelType {
  return { kind: 'param', name };
}

/** An object with these fields, by the names that expressions use. A function is asked when the type is first used. */
export function objectType(
  name: string,
  fields: Readonly<Record<string, CelField>> | (() => Readonly<Record<string, CelField>>),
): ObjectType {
  let known = typeof fields === 'function' ? undefined : fields;
  return {
    kind: 'object',
    name,
    field(field) {
      known ??= (fields as () => Readonly<Record<string, CelField>>)();
      return Object.hasOwn(known, field) ? known[field] : undefined;
    },
  };
}

/** As error messages show a type: `list(string)`. */
export function showType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${showType(type.element)})`;
    case 'map':
      return `map(${showType(type.key)}, ${showType(type.value)})`;
    case 'optional':
      return `optional_type(${showType(type.value)})`;
    case 'type':
      return type.of ? `type(${showType(type.of)})` : 'type';
    case 'object':
    case 'opaque':
      return type.name;
    case 'param':
      return type.name.replace(/\d+$/, '');
    case 'error':
      return '!error!';
    case 'dyn':
      return type.any ? 'any' : 'dyn';
    default:
      return type.kind;
  }
}

/** As texts about what an expression evaluates to show a type: `list(google.protobuf.Duration)`. */
export function fullTypeName(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${fullTypeName(type.element)})`;
    case 'map':
      return `map(${fullTypeName(type.key)}, ${fullTypeName(type.value)})`;
    case 'optional':
      return `optional_type(${fullTypeName(type.value)})`;
    case 'type':
      return type.of ? `type(${fullTypeName(type.of)})` : 'type';
    default:
      return typeName(type);
  }
}

/** What `type(x)` is called at run time; parameters do not matter there. */
export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'optional':
      return 'optional_type';
    case 'object':
    case 'opaque':
      return type.name;
    case 'dyn':
      return type.any ? 'any' : 'dyn';
    default:
      return type.kind;
  }
}

/** Types that expressions can name. */
export const namedTypes: Readonly<Record<string, CelType>> = {
  ...{ bool: BOOL, int: INT, uint: UINT, double: DOUBLE, string: STRING, bytes: BYTES, null_type: NULL, dyn: DYN },
  list: listOf(DYN),
  map: mapOf(DYN, DYN),
  type: TYPE,
  'google.protobuf.Timestamp': TIMESTAMP,
  'google.protobuf.Duration': DURATION,
  optional_type: optionalOf(DYN),
  'net.IP': opaque('net.IP'),
  'net.CIDR': opaque('net.CIDR'),
};
