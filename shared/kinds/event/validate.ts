import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { Event } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';

const instanceLength = 128;
const actionLength = 128;
const reasonLength = 128;
const noteLength = 1024;

export function validateEvent(event: Event): FieldError[] {
  const errors = validateNamespace(event);
  if (event.eventTime) errors.push(...validateNewStyle(event));
  return errors;
}

/** An event lives in the namespace of what it is about; those about cluster-scoped objects live in `default`. */
function validateNamespace({ metadata, involvedObject }: Event): FieldError[] {
  const about = involvedObject?.namespace ?? '';
  const own = metadata.namespace ?? '';
  const fits = about === '' ? ['', 'default', 'kube-system'].includes(own) : about === own;
  return fits ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}

/** Events with an `eventTime` follow the rules of `events.k8s.io/v1`. */
function validateNewStyle(event: Event): FieldError[] {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event;
  const errors: FieldError[] = [];
  if (!reportingComponent) errors.push(required('reportingComponent'));
  errors.push(...invalidValues('reportingComponent', reportingComponent, checkQualifiedName(reportingComponent)));
  errors.push(...requireText('reportingInstance', reportingInstance, instanceLength));
  errors.push(...requireText('action', action, actionLength));
  errors.push(...requireText('reason', reason, reasonLength));
  if (message.length > noteLength) errors.push(atMost('message', noteLength));
  return errors;
}

function requireText(path: string, text: string, maximum: number): FieldError[] {
  if (!text) return [required(path)];
  return text.length > maximum ? [atMost(path, maximum)] : [];
}

function atMost(path: string, maximum: number): FieldError {
  return invalidValue(path, '', `can have at most ${maximum} characters`);
}
