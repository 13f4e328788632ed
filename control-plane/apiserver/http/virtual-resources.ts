import type { DocumentedKind } from '../../../shared/schema/openapi.ts';
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from './reviews/access-reviews.ts';
import { selfSubjectReview } from './reviews/self-subject-review.ts';
import { selfSubjectRulesReview } from './reviews/self-subject-rules-review.ts';
import { tokenReview } from './reviews/token-review.ts';
import type { VirtualResource } from './virtual-resource.ts';

export const virtualResources: readonly VirtualResource[] = [
  tokenReview,
  selfSubjectReview,
  subjectAccessReview,
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
];

/** What the OpenAPI documents say of them. */
export const virtualKinds: readonly DocumentedKind[] = virtualResources.map(
  ({ group, version, plural, kind, schema, scope }) => ({
    group,
    version,
    plural,
    kind,
    schema,
    scope,
    verbs: ['create'],
  }),
);
