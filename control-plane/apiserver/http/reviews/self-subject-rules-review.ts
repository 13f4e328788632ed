import { badRequest } from '../../../../shared/api/errors.ts';
import type { SelfSubjectRulesReview } from '../../../../shared/api/object.ts';
import { aggregate } from '../../auth/rbac/rbac.ts';
import { defineVirtual } from '../virtual-resource.ts';

/** `kubectl auth can-i --list`: what a client may do in a namespace, as far as rules tell. */
export const selfSubjectRulesReview = defineVirtual<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectrulesreviews',
  kind: 'SelfSubjectRulesReview',
  schema: 'V1SelfSubjectRulesReview',
  scope: 'Cluster',
  create({ spec }, { user, authorizer }) {
    const namespace = spec?.namespace;
    if (!namespace) throw badRequest('no namespace on request');
    const { rules, errors, incomplete } = authorizer.rulesFor(user, namespace);
    const resourceRules = rules
      .filter(({ resources }) => resources?.length)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames }));
    const nonResourceRules = rules
      .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
    return {
      metadata: {},
      spec: {},
      status: {
        resourceRules,
        nonResourceRules,
        incomplete,
        ...(errors.length > 0 ? { evaluationError: aggregate(errors) } : {}),
      },
    };
  },
});
