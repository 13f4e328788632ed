import type { Expr } from './ast.ts';

/** The expressions that a node is made of, in the order in which they are written. */
export function childrenOf(node: Expr): readonly Expr[] {
  switch (node.op) {
    case 'constant':
    case 'name':
      return [];
    case 'select':
    case 'test':
      return [node.operand];
    case 'index':
      return [node.operand, node.index];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
    case 'list':
      return node.items.map(({ value }) => value);
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'and':
    case 'or':
      return node.terms;
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'macro':
      return [node.range, ...node.args];
  }
}
