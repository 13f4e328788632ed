import type {
  FlowcontrolV1Subject,
  V1NonResourcePolicyRule,
  V1PolicyRulesWithSubjects,
  V1ResourcePolicyRule,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation.ts';

const subjectKinds = ['Group', 'ServiceAccount', 'User'];
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const wildcard = '*';

/** One rule of a schema: whose requests, and which of them. */
export function validateFlowRule(rule: V1PolicyRulesWithSubjects, path: string): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors = subjects.flatMap((subject, index) => validateSubject(subject, `${path}.subjects[${index}]`));
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...resourceRules.flatMap((one, index) => validateResourceRule(one, `${path}.resourceRules[${index}]`)),
    ...nonResourceRules.flatMap((one, index) => validateNonResourceRule(one, `${path}.nonResourceRules[${index}]`)),
  ];
}

const subjectFields = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function validateSubject(subject: FlowcontrolV1Subject, path: string): FieldError[] {
  const kind = subject.kind as keyof typeof subjectFields;
  if (!subjectKinds.includes(kind)) return [notSupported(`${path}.kind`, subject.kind ?? '', subjectKinds)];
  const field = subjectFields[kind];
  const errors: FieldError[] = [];
  if (!subject[field]) errors.push(required(`${path}.${field}`, `${field} is required when subject kind is '${kind}'`));
  else if (!subject[field].name) errors.push(required(`${path}.${field}.name`));
  if (kind === 'ServiceAccount' && subject.serviceAccount) {
    errors.push(...validateAccount(subject.serviceAccount, `${path}.serviceAccount`));
  }
  for (const [otherKind, other] of Object.entries(subjectFields)) {
    if (other === field || !subject[other]) continue;
    errors.push(forbidden(`${path}.${other}`, `${other} is forbidden when subject kind is not '${otherKind}'`));
  }
  return errors;
}

function validateAccount({ name, namespace }: { name: string; namespace: string }, path: string): FieldError[] {
  const errors = name && name !== wildcard ? invalidValues(`${path}.name`, name, checkDNS1123Subdomain(name)) : [];
  const at = `${path}.namespace`;
  if (!namespace) return [...errors, required(at, 'must specify namespace for service account')];
  return [...errors, ...invalidValues(at, namespace, checkDNS1123Label(namespace))];
}

function validateVerbs(given: readonly string[], path: string): FieldError[] {
  if (given.length === 0) return [required(path, 'verbs must contain at least one value')];
  if (given.includes(wildcard)) return alone(given, path, 'verbs');
  return given.every((verb) => verbs.includes(verb)) ? [] : [notSupported(path, given, verbs)];
}

/** Everything is everything: nothing can be named beside it. */
function alone(values: readonly string[], path: string, what: string): FieldError[] {
  if (values.length === 1 || !values.includes(wildcard)) return [];
  return [invalidValue(path, values, `if '*' is present, must not specify other ${what}`)];
}

function validateResourceRule(rule: V1ResourcePolicyRule, path: string): FieldError[] {
  const { apiGroups = [], resources = [], clusterScope } = rule;
  const namespaces = rule.namespaces ?? [];
  const errors = validateVerbs(rule.verbs ?? [], `${path}.verbs`);
  if (apiGroups.length === 0) {
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  errors.push(...alone(apiGroups, `${path}.apiGroups`, 'api groups'));
  if (resources.length === 0) {
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  errors.push(...alone(resources, `${path}.resources`, 'resources'));
  const at = `${path}.namespaces`;
  if (namespaces.length === 0 && !clusterScope) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [...errors, required(at, detail)];
  }
  if (namespaces.includes(wildcard)) return [...errors, ...alone(namespaces, at, 'namespaces')];
  const named = namespaces.flatMap((namespace, index) =>
    checkDNS1123Label(namespace).map((message) => {
      const rule = "each member of this list must be '*' or a DNS-1123 label; ";
      return invalidValue(`${at}[${index}]`, namespace, rule + message);
    }),
  );
  return [...errors, ...named];
}

function validateNonResourceRule({ verbs: given = [], nonResourceURLs }: V1NonResourcePolicyRule, path: string) {
  const urls = nonResourceURLs ?? [];
  const errors = validateVerbs(given, `${path}.verbs`);
  const at = `${path}.nonResourceURLs`;
  if (urls.length === 0) return [...errors, required(at, 'nonResourceURLs must contain at least one value')];
  if (urls.includes(wildcard)) return [...errors, ...alone(urls, at, 'non-resource URLs')];
  return [...errors, ...urls.flatMap((url, index) => validateURL(url, `${at}[${index}]`))];
}

function validateURL(url: string, path: string): FieldError[] {
  const refuse = (why: string) => [invalidValue(path, url, why)];
  if (url === '') return refuse('must not be empty');
  if (url === '/') return [];
  if (!url.startsWith('/')) return refuse('must start with slash');
  if (url.includes(' ')) return refuse('must not contain white-space');
  if (url.includes('//')) return refuse('must not contain double slash');
  const wildcards = url.split(wildcard).length - 1;
  if (wildcards > 1 || (wildcards === 1 && !url.endsWith('/*'))) return refuse('wildcard can only do suffix matching');
  return [];
}
