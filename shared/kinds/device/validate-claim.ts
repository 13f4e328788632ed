import type {
  V1DeviceClaim,
  V1DeviceConstraint,
  V1DeviceRequest,
  V1DeviceSubRequest,
  V1DeviceToleration,
  V1ExactDeviceRequest,
  V1OpaqueDeviceConfiguration,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, notSupported, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import { isJsonObject } from '../../api/json.ts';
import type { Wire } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain, checkLabelValue, checkQualifiedName } from '../../api/validation.ts';
import { validateDriverName } from '../persistent-volume/sources.ts';
import { maximumItems, validateFullyQualifiedName, validateItems } from './names.ts';
import { validateSelectors } from './validate-selectors.ts';

const maximumAlternatives = 8;
const maximumParameters = 10 * 1024;
const allocationModes = ['All', 'ExactCount'];
const tolerationOperators = ['Equal', 'Exists'];
export const taintEffects = ['NoExecute', 'NoSchedule', 'None'];
const notARequest =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

type Claim = Wire<V1DeviceClaim>;
type Config = { opaque?: Wire<V1OpaqueDeviceConfiguration>; requests?: string[] };

export function validateDeviceClaim({ requests, constraints, config }: Claim, path: string): FieldError[] {
  const names = requestNames(requests ?? []);
  return [
    ...validateItems(requests, `${path}.requests`, maximumItems, { item: validateRequest, key: ({ name }) => name }),
    ...validateItems(constraints, `${path}.constraints`, maximumItems, {
      item: (constraint, at) => validateConstraint(constraint, at, names),
    }),
    ...validateItems<Config>(config as Config[] | undefined, `${path}.config`, maximumItems, {
      item: (one, at) => [...validateReferences(one.requests, `${at}.requests`, names), ...validateConfig(one, at)],
    }),
  ];
}

/** `request`, and `request/alternative` for those that have any. */
export function requestNames(requests: readonly Wire<V1DeviceRequest>[]): ReadonlySet<string> {
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name}`)]),
  );
}

function validateName(name: string | undefined, path: string): FieldError[] {
  return invalidValues(path, name ?? '', checkDNS1123Label(name ?? ''));
}

function validateRequest(request: Wire<V1DeviceRequest>, path: string): FieldError[] {
  const { name, exactly, firstAvailable } = request;
  const errors = validateName(name, `${path}.name`);
  const hasAlternatives = (firstAvailable ?? []).length > 0;
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly && hasAlternatives) {
    return [...errors, invalidValue(path, null, `${one}, but multiple fields are set`)];
  }
  if (exactly) return [...errors, ...validateExact(exactly, `${path}.exactly`)];
  if (!hasAlternatives) return [...errors, required(path, one)];
  const alternatives = validateItems(firstAvailable, `${path}.firstAvailable`, maximumAlternatives, {
    item: (sub, at) => [...validateName(sub.name, `${at}.name`), ...validateExact(sub, at)],
    key: (sub) => sub.name,
  });
  return [...errors, ...alternatives];
}

function validateExact(request: Wire<V1ExactDeviceRequest | V1DeviceSubRequest>, path: string): FieldError[] {
  const { deviceClassName, selectors, allocationMode = '', count = 0, tolerations } = request;
  const at = `${path}.deviceClassName`;
  const errors = deviceClassName
    ? invalidValues(at, deviceClassName, checkDNS1123Subdomain(deviceClassName))
    : [required(at)];
  errors.push(...validateSelectors(selectors, `${path}.selectors`));
  const refuseCount = (why: string) => errors.push(invalidValue(`${path}.count`, count, why));
  if (!allocationModes.includes(allocationMode)) {
    errors.push(notSupported(`${path}.allocationMode`, allocationMode, allocationModes));
  } else if (allocationMode === 'ExactCount' && count <= 0) refuseCount('must be greater than zero');
  else if (allocationMode === 'All' && count !== 0) {
    refuseCount(`must not be specified when allocationMode is '${allocationMode}'`);
  }
  const tolerated = (tolerations ?? []).flatMap((one, index) =>
    validateToleration(one, `${path}.tolerations[${index}]`),
  );
  return [...errors, ...tolerated];
}

function validateToleration(toleration: Wire<V1DeviceToleration>, path: string): FieldError[] {
  const { key, operator = '', value = '', effect } = toleration;
  const errors = key ? invalidValues(`${path}.key`, key, checkQualifiedName(key)) : [];
  if (operator === 'Exists') {
    if (value) errors.push(invalidValue(`${path}.value`, value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') errors.push(...invalidValues(`${path}.value`, value, checkLabelValue(value)));
  else
    errors.push(
      operator ? notSupported(`${path}.operator`, operator, tolerationOperators) : required(`${path}.operator`),
    );
  if (!effect || taintEffects.includes(effect)) return errors;
  return [...errors, notSupported(`${path}.effect`, effect, taintEffects)];
}

function validateConstraint(
  { requests, matchAttribute, distinctAttribute }: V1DeviceConstraint,
  path: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = validateReferences(requests, `${path}.requests`, names);
  if (matchAttribute !== undefined) {
    return [...errors, ...validateFullyQualifiedName(matchAttribute, `${path}.matchAttribute`)];
  }
  if (distinctAttribute !== undefined) {
    return [...errors, ...validateFullyQualifiedName(distinctAttribute, `${path}.distinctAttribute`)];
  }
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [...errors, required(path, detail)];
}

export function validateReferences(
  references: readonly string[] | undefined,
  path: string,
  names: ReadonlySet<string>,
): FieldError[] {
  return validateItems(references, path, maximumItems, {
    key: (name) => name,
    item(name, at) {
      const segments = name.split('/');
      if (segments.length > 2) return [invalidValue(at, name, notARequest)];
      const errors = segments.flatMap((segment) => validateName(segment, at));
      return names.has(name) ? errors : [...errors, invalidValue(at, name, notARequest)];
    },
  });
}

/** Parameters for a driver, which alone understands them. */
export function validateConfig({ opaque }: Config, path: string): FieldError[] {
  const at = `${path}.opaque`;
  if (!opaque) return [required(at)];
  const { driver, parameters } = opaque as { driver?: string; parameters?: unknown };
  const errors = validateDriverName(driver, `${at}.driver`);
  const field = `${at}.parameters`;
  if (parameters === undefined || parameters === null) return [...errors, required(field)];
  if (byteLength(JSON.stringify(parameters)) > maximumParameters) return [...errors, tooLong(field, maximumParameters)];
  if (isJsonObject(parameters)) return errors;
  return [
    ...errors,
    { ...invalidValue(field, '', ''), message: 'Invalid value: "<value omitted>": must be a valid JSON object' },
  ];
}
