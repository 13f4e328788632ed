import type { PodSpec } from '../../shared/api/object.ts';
import type { NodeInfo } from './node-info.ts';

type NodeAffinity = NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']>;
type Required = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>;
export type NodeSelectorTerm = Required['nodeSelectorTerms'][number];
type Requirement = NonNullable<NodeSelectorTerm['matchExpressions']>[number];

/** All requirements of the term hold; a term without any matches no node. */
export function matchesTerm(node: Pick<NodeInfo, 'name' | 'labels'>, term: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => holds(requirement, node.labels[requirement.key])) &&
    matchFields.every((requirement) => requirement.key === 'metadata.name' && holds(requirement, node.name))
  );
}

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compare(value, values[0]) > 0;
    case 'Lt':
      return compare(value, values[0]) < 0;
    default:
      return false;
  }
}

/** As integers; NaN, which is neither greater nor less, when one is none. */
function compare(a: string | undefined, b: string | undefined): number {
  const integer = /^[+-]?[0-9]+$/;
  return integer.test(a ?? '') && integer.test(b ?? '') ? Number(a) - Number(b) : Number.NaN;
}
