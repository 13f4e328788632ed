import { jsonEqual } from '../../../shared/api/json.ts';
import { approvalOf } from '../../../shared/kinds/custom-resource-definition/approval.ts';
import { isTrue, withCondition } from '../../../shared/kinds/custom-resource-definition/conditions.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionStatus,
  CustomResourceNames,
  DefinitionCondition,
} from '../../../shared/kinds/custom-resource-definition/types.ts';

type Condition = Omit<DefinitionCondition, 'lastTransitionTime'>;

/**
 * The status of a definition beside all others: it gets the names that nobody in its group has, and keeps those that it
 * has. Undefined when nothing changes.
 */
export function establish(
  definition: CustomResourceDefinition,
  all: readonly CustomResourceDefinition[],
  now: string,
): CustomResourceDefinitionStatus | undefined {
  const { status = {} } = definition;
  const names = acceptNames(definition, all);
  let conditions = withCondition(status.conditions ?? [], names.condition, now);
  if (!isTrue(definition, 'Established')) {
    conditions = withCondition(conditions, establishedCondition(names.condition), now);
  }
  const approval = approvalCondition(definition);
  if (approval) conditions = withCondition(conditions, approval, now);
  const next = { ...status, acceptedNames: names.accepted, conditions };
  return jsonEqual(next, status) ? undefined : next;
}

function establishedCondition({ status }: Condition): Condition {
  return status === 'True'
    ? {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      }
    : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}

/** What is said of definitions in the community's own groups. */
function approvalCondition(definition: CustomResourceDefinition): Condition | undefined {
  const approval = approvalOf(definition);
  if (!approval) return undefined;
  const outcome = {
    approved: ['True', 'ApprovedAnnotation'],
    bypassed: ['False', 'UnapprovedAnnotation'],
    invalid: ['False', 'InvalidAnnotation'],
    missing: ['False', 'MissingAnnotation'],
  } as const;
  const [status, reason] = outcome[approval.state];
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message: approval.reason };
}

function acceptNames(
  definition: CustomResourceDefinition,
  all: readonly CustomResourceDefinition[],
): { accepted: CustomResourceNames; condition: Condition } {
  const { spec, status, metadata } = definition;
  const wanted = spec.names;
  const held = status?.acceptedNames;
  const taken = takenNames(
    all.filter((other) => other.spec.group === spec.group && other.metadata.name !== metadata.name),
  );
  const accepted: CustomResourceNames = { ...held, plural: held?.plural ?? '', kind: held?.kind ?? '' };
  const conflicts: { reason: string; message: string }[] = [];
  const single = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, used: ReadonlySet<string>) => {
    const name = wanted[field] ?? '';
    if (name === held?.[field] || !used.has(name)) accepted[field] = name;
    else conflicts.push({ reason, message: inUse(name) });
  };
  single('plural', 'PluralConflict', taken.resources);
  single('singular', 'SingularConflict', taken.resources);
  const shortNames = wanted.shortNames ?? [];
  const refused = shortNames.filter((name) => !held?.shortNames?.includes(name) && taken.resources.has(name));
  if (refused.length > 0) {
    const messages = refused.map(inUse);
    const message = messages.length > 1 ? `[${messages.join(', ')}]` : messages[0]!;
    conflicts.push({ reason: 'ShortNamesConflict', message });
  } else if (shortNames.length > 0) accepted.shortNames = shortNames;
  else delete accepted.shortNames;
  single('kind', 'KindConflict', taken.kinds);
  single('listKind', 'ListKindConflict', taken.kinds);
  if (wanted.categories?.length) accepted.categories = wanted.categories;
  else delete accepted.categories;
  // Of several conflicts the last one is told, as upstream does.
  const conflict = conflicts.at(-1);
  const condition: Condition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  return { accepted, condition };
}

function inUse(name: string): string {
  return `${JSON.stringify(name)} is already in use`;
}

function takenNames(others: readonly CustomResourceDefinition[]) {
  const held = others.flatMap(({ status }) => status?.acceptedNames ?? []);
  const set = (names: readonly (string | undefined)[]) =>
    new Set(names.filter((name) => name !== undefined && name !== '') as string[]);
  return {
    resources: set(held.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: set(held.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}
