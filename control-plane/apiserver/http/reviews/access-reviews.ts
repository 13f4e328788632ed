import { badRequest, type FieldError, invalid } from '../../../../shared/api/errors.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from '../../../../shared/api/object.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { defineVirtual } from '../virtual-resource.ts';
import {
  type AccessQuestion,
  attributesOf,
  evaluationErrors,
  validateLocalReview,
  validateMetadata,
  validateQuestion,
  validateSubject,
} from './access-question.ts';

const type = { group: 'authorization.k8s.io', version: 'v1' } as const;

/** Whether somebody may do something. */
export const subjectAccessReview = defineVirtual<SubjectAccessReview>({
  ...type,
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  schema: 'V1SubjectAccessReview',
  scope: 'Cluster',
  create({ metadata, spec }, { authorizer }) {
    refuseInvalid('SubjectAccessReview', [
      ...validateQuestion(spec),
      ...validateSubject(spec),
      ...validateMetadata(metadata),
    ]);
    return { metadata, spec, status: answer(authorizer, subjectOf(spec), spec) };
  },
});

/** The same for one namespace: who may ask it there needs no right anywhere else. */
export const localSubjectAccessReview = defineVirtual<LocalSubjectAccessReview>({
  ...type,
  plural: 'localsubjectaccessreviews',
  kind: 'LocalSubjectAccessReview',
  schema: 'V1LocalSubjectAccessReview',
  scope: 'Namespaced',
  create({ metadata, spec }, { authorizer, namespace }) {
    if (metadata.namespace && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    const placed = { ...metadata, namespace };
    refuseInvalid('LocalSubjectAccessReview', [
      ...validateQuestion(spec),
      ...validateSubject(spec),
      ...validateLocalReview(placed, spec),
    ]);
    return { metadata: placed, spec, status: answer(authorizer, subjectOf(spec), spec) };
  },
});

/** `kubectl auth can-i`: whether the client itself may do something. */
export const selfSubjectAccessReview = defineVirtual<SelfSubjectAccessReview>({
  ...type,
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  schema: 'V1SelfSubjectAccessReview',
  scope: 'Cluster',
  create({ metadata, spec }, { user, authorizer }) {
    refuseInvalid('SelfSubjectAccessReview', [...validateQuestion(spec), ...validateMetadata(metadata)]);
    return { metadata, spec, status: answer(authorizer, user, spec) };
  },
});

function refuseInvalid(kind: string, errors: FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: type.group, resource: kind, kind }, errors);
}

function subjectOf({ user = '', groups = [], uid, extra }: SubjectAccessReview['spec']): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function answer(authorizer: Authorizer, user: UserInfo, question: AccessQuestion): object {
  const { allowed, reason } = authorizer.authorize(user, attributesOf(question));
  const errors = evaluationErrors(question);
  return {
    allowed,
    ...(reason ? { reason } : {}),
    ...(errors.length > 0 ? { evaluationError: errors.join('; ') } : {}),
  };
}
