import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation/names.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload } from '../functions.ts';
import { BOOL, STRING } from '../types.ts';
import { OpaqueValue, type Value } from '../values.ts';

/** What an expression asks about: a resource or a path. */
export interface AuthorizationQuestion {
  /** Absent: may the user of the request; else this ServiceAccount. */
  serviceAccount?: { namespace: string; name: string };
  verb: string;
  path?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  fieldSelector?: string;
  labelSelector?: string;
}

export interface AuthorizationAnswer {
  allowed: boolean;
  reason: string;
  /** Why it could not be decided. */
  error?: string;
}

/** What answers for the variable `authorizer` of an expression. */
export type ExpressionAuthorizer = (question: AuthorizationQuestion) => AuthorizationAnswer;

export const AUTHORIZER = { kind: 'opaque', name: 'kubernetes.authorization.Authorizer' } as const;
export const RESOURCE_CHECK = { kind: 'opaque', name: 'kubernetes.authorization.ResourceCheck' } as const;
const PATH_CHECK = { kind: 'opaque', name: 'kubernetes.authorization.PathCheck' } as const;
const GROUP_CHECK = { kind: 'opaque', name: 'kubernetes.authorization.GroupCheck' } as const;
const DECISION = { kind: 'opaque', name: 'kubernetes.authorization.Decision' } as const;

type CheckType = typeof AUTHORIZER | typeof PATH_CHECK | typeof GROUP_CHECK | typeof RESOURCE_CHECK;

/** A question that is being put together. */
class CheckValue extends OpaqueValue {
  readonly type: CheckType;
  readonly authorizer: ExpressionAuthorizer;
  readonly question: Omit<AuthorizationQuestion, 'verb'>;
  constructor(type: CheckType, authorizer: ExpressionAuthorizer, question: Omit<AuthorizationQuestion, 'verb'>) {
    super();
    this.type = type;
    this.authorizer = authorizer;
    this.question = question;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
  with(type: CheckType, more: Partial<AuthorizationQuestion>): CheckValue {
    return new CheckValue(type, this.authorizer, { ...this.question, ...more });
  }
}

class DecisionValue extends OpaqueValue {
  readonly type = DECISION;
  readonly answer: AuthorizationAnswer;
  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

/** The value of the variable `authorizer`. */
export function authorizerValue(authorizer: ExpressionAuthorizer): Value {
  return new CheckValue(AUTHORIZER, authorizer, {});
}

/** The value of `authorizer.requestResource`: a check of the resource that the request is about. */
export function resourceCheckValue(
  authorizer: ExpressionAuthorizer,
  resource: Omit<AuthorizationQuestion, 'verb'>,
): Value {
  return new CheckValue(RESOURCE_CHECK, authorizer, resource);
}

const check = (value: Value | undefined) => value as CheckValue;
const answer = (value: Value | undefined) => (value as DecisionValue).answer;

function notEmpty(text: Value | undefined, what: string): string {
  if ((text as string).trim() === '') throw new CelRuntimeError(`${what} must not be empty`);
  return text as string;
}

function serviceAccount([value, namespace, name]: readonly Value[]): Value {
  if (checkDNS1123Subdomain(name as string).length > 0) throw new CelRuntimeError('Invalid service account name');
  if (checkDNS1123Label(namespace as string).length > 0) throw new CelRuntimeError('Invalid service account namespace');
  return check(value).with(AUTHORIZER, { serviceAccount: { namespace: namespace as string, name: name as string } });
}

function decide([value, verb]: readonly Value[]): Value {
  const { authorizer, question } = check(value);
  return new DecisionValue(authorizer({ ...question, verb: verb as string }));
}

/** Two checks an expression, at most. */
const checkCost = () => 350_000;

function setter(name: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector'): Overload {
  return member(name, [RESOURCE_CHECK, STRING], RESOURCE_CHECK, ([value, text]) =>
    check(value).with(RESOURCE_CHECK, { [name]: text as string }),
  );
}

export const authorizers: readonly Overload[] = [
  member('path', [AUTHORIZER, STRING], PATH_CHECK, ([value, path]) =>
    check(value).with(PATH_CHECK, { path: notEmpty(path, 'path') }),
  ),
  member('group', [AUTHORIZER, STRING], GROUP_CHECK, ([value, group]) =>
    check(value).with(GROUP_CHECK, { group: group as string }),
  ),
  member('serviceAccount', [AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount),
  member('resource', [GROUP_CHECK, STRING], RESOURCE_CHECK, ([value, resource]) =>
    check(value).with(RESOURCE_CHECK, { resource: notEmpty(resource, 'resource') }),
  ),
  ...(['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'] as const).map(setter),
  member('check', [PATH_CHECK, STRING], DECISION, decide, checkCost),
  member('check', [RESOURCE_CHECK, STRING], DECISION, decide, checkCost),
  member('allowed', [DECISION], BOOL, ([value]) => answer(value).allowed),
  member('reason', [DECISION], STRING, ([value]) => answer(value).reason),
  member('errored', [DECISION], BOOL, ([value]) => answer(value).error !== undefined),
  member('error', [DECISION], STRING, ([value]) => answer(value).error ?? ''),
];
