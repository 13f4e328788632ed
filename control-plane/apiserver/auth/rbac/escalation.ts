import { forbidden, type StatusError } from '../../../../shared/api/errors.ts';
import { goQuote } from '../../../../shared/api/go-format.ts';
import { jsonEqual } from '../../../../shared/api/json.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../../../shared/api/object.ts';
import { rbacGroup } from '../../../../shared/kinds/rbac/names.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../admission/admission.ts';
import { type Authorizer, adminGroup, type RuleResolver } from '../authorize.ts';
import { compactRules, describeRule, goQuoteAll, uncovered } from './covers.ts';
import { rbacResources } from './policy.ts';
import { aggregate } from './rbac.ts';

/**
 * Nobody gives away by a role or a binding what is not theirs, unless a role of theirs says `escalate` on roles or `bind`
 * on the role in question. It comes last of the plugins that change objects, because it judges what they have made.
 */
export function createEscalationCheck(authorizer: Authorizer & RuleResolver): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    operations: ['CREATE', 'UPDATE'],
    resources: Object.values(rbacResources),
    admit(request) {
      const { object, old, user } = request;
      if (!object || user.groups.includes(adminGroup) || isOnlyReleased(object, old)) return;
      if ('roleRef' in object) checkBinding(authorizer, request, object as unknown as RoleBinding);
      else checkRole(authorizer, request, object as unknown as ClusterRole);
    },
  };
}

/** The garbage collector may let go of a role whose rules it does not hold. */
function isOnlyReleased(object: KubernetesObject, old: KubernetesObject | undefined): boolean {
  if (!old) return false;
  const { ownerReferences, finalizers, managedFields } = old.metadata;
  const metadata = { ...object.metadata, ownerReferences, finalizers, managedFields };
  return jsonEqual(plain({ ...object, metadata }), plain(old));
}

/** Without the fields that are `undefined`. */
function plain(object: object): unknown {
  return JSON.parse(JSON.stringify(object));
}

/** Whoever sets an aggregation rule gives away whatever it may ever select. */
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function checkRole(authorizer: Authorizer & RuleResolver, request: AdmissionRequest, role: Role | ClusterRole): void {
  const { operation, kind, user, namespace, name } = request;
  const attributes = { verb: 'escalate', group: kind.group, resource: kind.plural, subresource: '', namespace };
  const asked = { ...attributes, name: operation === 'CREATE' ? '' : name };
  if (authorizer.authorize(user, asked).allowed) return;
  const why = whatIsNotHeld(authorizer, request, role.rules ?? []);
  if (why) throw refuse(request, why);
  const isAggregating = [role, request.old].some(
    (one) => ((one as ClusterRole | undefined)?.aggregationRule?.clusterRoleSelectors ?? []).length > 0,
  );
  if (isAggregating && whatIsNotHeld(authorizer, request, everything)) {
    throw refuse(request, 'must have cluster-admin privileges to use the aggregationRule');
  }
}

function checkBinding(
  authorizer: Authorizer & RuleResolver,
  request: AdmissionRequest,
  { roleRef }: RoleBinding | ClusterRoleBinding,
): void {
  const { user, namespace } = request;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  const asked = { verb: 'bind', group: rbacGroup, resource, subresource: '', namespace, name: roleRef.name };
  if (authorizer.authorize(user, asked).allowed) return;
  const why = whatIsNotHeld(authorizer, request, authorizer.rulesOfRole(roleRef, namespace));
  if (why) throw refuse(request, why);
}

/** Undefined: the user has all of it. */
function whatIsNotHeld(
  resolver: RuleResolver,
  { user, namespace }: AdmissionRequest,
  rules: readonly PolicyRule[],
): string | undefined {
  const { rules: held, errors } = resolver.rulesFor(user, namespace);
  const missing = uncovered(held, rules);
  if (missing.length === 0) return undefined;
  const shown = [...new Set(compactRules(missing).map(describeRule))].sort().join('\n');
  const who = `user ${goQuote(user.name)} (groups=${goQuoteAll(user.groups)})`;
  const unresolved = errors.length > 0 ? `; resolution errors: [${aggregate(errors)}]` : '';
  return `${who} is attempting to grant RBAC permissions not currently held:\n${shown}${unresolved}`;
}

function refuse({ kind, object }: AdmissionRequest, why: string): StatusError {
  return forbidden({ group: kind.group, resource: kind.plural, name: object?.metadata.name }, why);
}
