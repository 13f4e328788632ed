import { forbidden, type StatusError } from '../../../shared/api/errors.ts';
import type { AdmissionRequest } from './admission.ts';

/** What a plugin answers that does not let a write pass. */
export function refusal({ kind, name, object }: AdmissionRequest, why: string): StatusError {
  const subject = {
    group: kind.group,
    resource: kind.plural,
    name: name || object?.metadata.generateName || 'Unknown',
  };
  return forbidden(subject, why);
}

/** Several reasons in one text: each once, in brackets if there is more than one. */
export function joinReasons(reasons: readonly string[]): string {
  const distinct = [...new Set(reasons)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}
