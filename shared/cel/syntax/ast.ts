import type { Value } from '../values.ts';

/** An expression as it was written. `at` is where errors about a node point: the operator, the dot, the parenthesis. */
export type Expr =
  | (Node & { op: 'constant'; value: Value })
  | (Node & { op: 'name'; name: string })
  | (Node & { op: 'select'; operand: Expr; field: string; optional: boolean })
  /** `has(a.b)` */
  | (Node & { op: 'test'; operand: Expr; field: string })
  | (Node & { op: 'index'; operand: Expr; index: Expr; optional: boolean })
  | (Node & { op: 'call'; name: string; target?: Expr; args: Expr[] })
  | (Node & { op: 'list'; items: { value: Expr; optional: boolean }[] })
  | (Node & { op: 'map'; entries: { key: Expr; value: Expr; optional: boolean }[] })
  | (Node & { op: 'struct'; type: string; fields: { name: string; value: Expr; optional: boolean; at: number }[] })
  /** `&&` and `||`; a chain of one of them is one node. */
  | (Node & { op: 'and' | 'or'; terms: Expr[] })
  | (Node & { op: 'conditional'; test: Expr; then: Expr; otherwise: Expr })
  | (Node & { op: 'macro'; macro: Macro; range: Expr; variables: string[]; args: Expr[] });

interface Node {
  at: number;
}

/** Macros over the items of a list or the entries of a map, and over an optional's value. */
export type Macro =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'sortBy'
  | 'optMap'
  | 'optFlatMap'
  /** `cel.bind(x, range, arg)` */
  | 'bind';
