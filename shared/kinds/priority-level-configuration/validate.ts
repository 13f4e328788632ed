import type {
  V1ExemptPriorityLevelConfiguration,
  V1LimitedPriorityLevelConfiguration,
  V1LimitResponse,
  V1QueuingConfiguration,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { PriorityLevelConfiguration } from '../../api/object.ts';
import { validateFlowConditions } from '../flow-schema/validate.ts';
import { mandatoryPriorityLevels } from './bootstrap.ts';

const types = ['Exempt', 'Limited'];
const responses = ['Queue', 'Reject'];
const maximumQueues = 10_000_000;
/** Of the hash that deals queues to a flow. */
const hashBits = 60;

export function validatePriorityLevel(level: PriorityLevelConfiguration): FieldError[] {
  const preserve = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';
  const errors =
    level.metadata.annotations?.[preserve] === undefined
      ? []
      : [forbidden('metadata.annotations', `annotation '${preserve}' is forbidden`)];
  return [...errors, ...validateSpec(level), ...validateFixed(level), ...validateFlowConditions(level)];
}

function validateSpec({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const { type = '', limited, exempt } = spec ?? {};
  const errors: FieldError[] = [];
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt) errors.push(...validateShares(exempt, 'spec.exempt'));
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (limited) errors.push(...validateLimited(limited, 'spec.limited'));
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else errors.push(type === '' ? required('spec.type') : notSupported('spec.type', type, types));
  return errors;
}

function validateShares(
  { nominalConcurrencyShares: shares = 0, lendablePercent }: V1ExemptPriorityLevelConfiguration,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (shares < 0) {
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  }
  if (lendablePercent !== undefined && (lendablePercent < 0 || lendablePercent > 100)) {
    errors.push(invalidValue(`${path}.lendablePercent`, lendablePercent, 'must be between 0 and 100, inclusive'));
  }
  return errors;
}

function validateLimited(limited: V1LimitedPriorityLevelConfiguration, path: string): FieldError[] {
  const { limitResponse, borrowingLimitPercent } = limited;
  const errors = [...validateShares(limited, path), ...validateResponse(limitResponse ?? {}, `${path}.limitResponse`)];
  if (borrowingLimitPercent === undefined || borrowingLimitPercent >= 0) return errors;
  const detail = 'if specified, must be a non-negative integer';
  return [...errors, invalidValue(`${path}.borrowingLimitPercent`, borrowingLimitPercent, detail)];
}

function validateResponse({ type = '', queuing }: Partial<V1LimitResponse>, path: string): FieldError[] {
  const at = `${path}.queuing`;
  if (type === 'Reject') {
    return queuing ? [forbidden(at, 'must be nil if limited.limitResponse.type is not Limited')] : [];
  }
  if (type === 'Queue') {
    if (queuing) return validateQueuing(queuing, at);
    return [required(at, 'must not be empty if limited.limitResponse.type is Limited')];
  }
  return [type === '' ? required(`${path}.type`) : notSupported(`${path}.type`, type, responses)];
}

function validateQueuing(queuing: V1QueuingConfiguration, path: string): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  const refuse = (field: string, value: number, why: string) =>
    errors.push(invalidValue(`${path}.${field}`, value, why));
  if (queueLengthLimit <= 0) refuse('queueLengthLimit', queueLengthLimit, 'must be positive');
  if (queues <= 0) refuse('queues', queues, 'must be positive');
  else if (queues > maximumQueues) refuse('queues', queues, `must not be greater than ${maximumQueues}`);
  const bits = Math.ceil(Math.log2(Math.max(queues, 1)) * handSize);
  if (handSize <= 0) refuse('handSize', handSize, 'must be positive');
  else if (handSize > queues) refuse('handSize', handSize, `should not be greater than queues (${queues})`);
  else if (bits > hashBits) {
    const needed = `required entropy bits of deckSize ${queues} and handSize ${handSize}`;
    refuse('handSize', handSize, `${needed} should not be greater than ${hashBits}`);
  }
  return errors;
}

function validateFixed({ metadata: { name }, spec }: PriorityLevelConfiguration): FieldError[] {
  const fixed = mandatoryPriorityLevels.find(({ metadata }) => metadata.name === name)?.spec;
  if (!fixed) return [];
  if (name !== 'exempt') {
    return jsonEqual(spec, fixed) ? [] : [invalidValue('spec', spec, `spec of '${name}' must equal the fixed value`)];
  }
  if (jsonEqual({ ...spec, exempt: fixed.exempt }, fixed)) return [];
  const detail = `spec of '${name}' except the 'spec.exempt' field must equal the fixed value`;
  return [invalidValue('spec', spec, detail)];
}
