import { type FieldError, StatusError } from '../../../../shared/api/errors.ts';
import { invalidValue, required } from '../../../../shared/api/field-errors.ts';
import type { AccessReviewResource, ObjectMeta, SubjectAccessReview } from '../../../../shared/api/object.ts';
import { parseFieldSelector, parseLabelSelector } from '../../../../shared/api/selectors.ts';
import type { RequestAttributes } from '../../auth/authorize.ts';

/** What reviews of access ask about. */
export type AccessQuestion = Pick<SubjectAccessReview['spec'], 'resourceAttributes' | 'nonResourceAttributes'>;

/** The request in question. */
export function attributesOf({ resourceAttributes, nonResourceAttributes = {} }: AccessQuestion): RequestAttributes {
  if (!resourceAttributes) return { verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes;
  return { verb, group, resource, subresource, namespace, name };
}

export function validateQuestion({ resourceAttributes, nonResourceAttributes }: AccessQuestion): FieldError[] {
  if (!resourceAttributes) {
    if (nonResourceAttributes) return [];
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalidValue('spec.resourceAttributes', 'null', why)];
  }
  const errors = validateSelectors(resourceAttributes);
  if (!nonResourceAttributes) return errors;
  const { path = '', verb = '' } = nonResourceAttributes;
  const why = 'cannot be specified in combination with resourceAttributes';
  return [invalidValue('spec.nonResourceAttributes', { Path: path, Verb: verb }, why), ...errors];
}

export function validateSubject({ user = '', groups = [] }: SubjectAccessReview['spec']): FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalidValue('spec.user', user, 'at least one of user or group must be specified')];
}

/** A question is about nothing that has a name. */
export function validateMetadata(metadata: ObjectMeta, allowed: keyof ObjectMeta | '' = ''): FieldError[] {
  const given = Object.entries(metadata).filter(([field, value]) => isSet(value) && field !== allowed);
  if (given.every(([field]) => field === 'managedFields')) return [];
  return [invalidValue('metadata', metadata, `must be empty${allowed ? ` except for ${allowed}` : ''}`)];
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

export function validateLocalReview(metadata: ObjectMeta, question: AccessQuestion): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = question;
  const errors = validateMetadata(metadata, 'namespace');
  const namespace = resourceAttributes?.namespace ?? '';
  if (resourceAttributes && namespace !== metadata.namespace) {
    errors.push(invalidValue('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    const { path = '', verb = '' } = nonResourceAttributes;
    const why = 'disallowed on this kind of request';
    errors.push(invalidValue('spec.nonResourceAttributes', { Path: path, Verb: verb }, why));
  }
  return errors;
}

const selectorFields = ['fieldSelector', 'labelSelector'] as const;
type SelectorField = (typeof selectorFields)[number];

function validateSelectors(attributes: AccessReviewResource): FieldError[] {
  return selectorFields.flatMap((field) => {
    const selector = attributes[field];
    if (!selector) return [];
    const path = `spec.resourceAttributes.${field}`;
    const { rawSelector = '', requirements = [] } = selector;
    const errors: FieldError[] = [];
    if (rawSelector !== '' && requirements.length > 0) {
      const why = 'may not specified at the same time as requirements';
      errors.push(invalidValue(`${path}.rawSelector`, rawSelector, why));
    }
    if (rawSelector === '' && requirements.length === 0) {
      errors.push(
        required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`),
      );
    }
    return errors;
  });
}

/**
 * What of a question nobody could read. No rule of a role looks at selectors, so that nothing is answered differently
 * for it.
 */
export function evaluationErrors({ resourceAttributes }: AccessQuestion): string[] {
  if (!resourceAttributes) return [];
  return selectorFields.flatMap((field) => {
    const { rawSelector = '', requirements = [] } = resourceAttributes[field] ?? {};
    const read = requirements.filter((requirement) => isReadable(field, requirement)).length;
    const isRead = requirements.length > 0 ? read === requirements.length : parses(field, rawSelector);
    if (isRead) return [];
    return [`spec.resourceAttributes.${field} ${read > 0 ? 'partially ' : ''}ignored due to parse error`];
  });
}

function parses(field: SelectorField, text: string): boolean {
  if (text === '') return true;
  try {
    if (field === 'labelSelector') parseLabelSelector(text);
    else parseFieldSelector(text);
    return true;
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

function isReadable(field: SelectorField, { operator, values = [] }: { operator?: string; values?: string[] }) {
  const isOneOf = operator === 'In' || operator === 'NotIn';
  if (field === 'fieldSelector') return isOneOf && values.length === 1;
  if (isOneOf) return values.length > 0;
  return (operator === 'Exists' || operator === 'DoesNotExist') && values.length === 0;
}
