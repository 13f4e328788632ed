import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { CustomResourceDefinition } from './types.ts';

/** Groups of the Kubernetes community are for APIs that the community has approved. */

const annotation = 'api-approved.kubernetes.io';
const more = 'see https://github.com/kubernetes/enhancements/pull/1111';

export interface Approval {
  state: 'approved' | 'bypassed' | 'missing' | 'invalid';
  reason: string;
}

/** Undefined for groups that need none. */
export function approvalOf({ spec, metadata }: CustomResourceDefinition): Approval | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return undefined;
  const text = metadata.annotations?.[annotation] ?? '';
  const needed = `protected groups must have approval annotation "${annotation}"`;
  if (text === '') return { state: 'missing', reason: `${needed}, ${more}` };
  if (text.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(text)}` };
  if (isAbsoluteUrl(text)) return { state: 'approved', reason: `approved in ${text}` };
  const why = `${needed} with either a URL or a reason starting with "unapproved", ${more}`;
  return { state: 'invalid', reason: why };
}

/** @param old what stays as it was is left alone */
export function validateApproval(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const approval = approvalOf(definition);
  if (!approval || (old && approvalOf(old)?.state === approval.state)) return [];
  const path = `metadata.annotations[${annotation}]`;
  if (approval.state === 'missing') return [required(path, approval.reason)];
  if (approval.state !== 'invalid') return [];
  return [invalidValue(path, definition.metadata.annotations?.[annotation] ?? '', approval.reason)];
}

function isAbsoluteUrl(text: string): boolean {
  try {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && new URL(text).host !== '';
  } catch {
    return false;
  }
}
