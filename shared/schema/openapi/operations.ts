import { apiVersionOf, type BuiltInKind, type Verb } from '../../kinds/define-kind.ts';
import { hasSchema, listSchemaName } from '../registry.ts';
import { connectionOperations } from './connections.ts';
import { type Action, type Parameter, pathParameter } from './parameters.ts';
import type { GroupVersionKind } from './schemas.ts';

/** One method of one path, before it is written in either version of OpenAPI. */
export interface Operation {
  path: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';
  action: Action;
  /** `listCoreV1NamespacedPod`. */
  id: string;
  description: string;
  kind: GroupVersionKind;
  /** Group version that the path belongs to; a subresource may be of a kind of another. */
  groupVersion: { group: string; version: string };
  pathParameters: Parameter[];
  /** Model of the body; patches and deletions have bodies of their own. */
  body?: string;
  /** Model of the answer; absent: plain text, or whatever a connection leads to. */
  answer?: string;
  isCustom?: boolean;
}

/** What the documents say of a kind; resources that are never stored have no more than this. */
export type DocumentedKind = Pick<
  BuiltInKind,
  'group' | 'version' | 'kind' | 'plural' | 'scope' | 'schema' | 'verbs' | 'subresources' | 'deletion'
> & {
  /** Custom resources are not patched strategically. */
  isCustom?: boolean;
};

const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What clients may do with a kind and its subresources, by path. */
export function operationsOf(kind: DocumentedKind): Operation[] {
  return [...collectionOperations(kind), ...objectOperations(kind), ...subresourceOperations(kind)];
}

export interface Context {
  path: string;
  parameters: Parameter[];
  /** `CoreV1NamespacedPod`, what an operation's id ends in. */
  suffix: string;
}

function collectionOperations(kind: DocumentedKind): Operation[] {
  const context = collectionContext(kind);
  const operations: Operation[] = [];
  if (allows(kind, 'list')) operations.push(listOperation(kind, context));
  if (allows(kind, 'list') && kind.scope === 'Namespaced') operations.push(listOperation(kind, everywhere(kind)));
  if (allows(kind, 'create')) {
    operations.push({
      ...operation(kind, context, 'post'),
      description: `create ${named(kind)}`,
      body: kind.schema,
      answer: kind.schema,
    });
  }
  if (allows(kind, 'deletecollection')) {
    operations.push({
      ...operation(kind, context, 'deletecollection'),
      id: `delete${groupPrefix(kind)}Collection${scoped(kind)}`,
      description: `delete collection of ${kind.kind}`,
      answer: 'V1Status',
    });
  }
  return operations;
}

function listOperation(kind: DocumentedKind, context: Context): Operation {
  return {
    ...operation(kind, context, 'list'),
    description: `${kind.verbs && !kind.verbs.includes('watch') ? 'list' : 'list or watch'} objects of kind ${kind.kind}`,
    answer: listSchemaName(kind.schema),
  };
}

function objectOperations(kind: DocumentedKind): Operation[] {
  const context = objectContext(kind);
  const actions = (['get', 'put', 'patch'] as const).filter((action) => allows(kind, verbOf[action]));
  const operations = readAndWrite(kind, context, { actions });
  if (allows(kind, 'delete')) {
    const answer = kind.deletion?.returnsObject ? kind.schema : 'V1Status';
    operations.push({ ...operation(kind, context, 'delete'), description: `delete ${named(kind)}`, answer });
  }
  return operations;
}

const verbOf = { get: 'get', put: 'update', patch: 'patch' } as const;

interface Subject {
  /** `status of `, for the description. */
  what?: string;
  /** Default: the kind itself. */
  gvk?: GroupVersionKind;
  model?: string;
  /** Default: all. */
  actions?: readonly (keyof typeof verbOf)[];
}

/** What objects, their status and their scale have in common. */
function readAndWrite(kind: DocumentedKind, context: Context, subject: Subject): Operation[] {
  const { what = '', gvk = kind, model = kind.schema, actions = ['get', 'put', 'patch'] } = subject;
  const about = `${what}the specified ${kind.kind}`;
  const bodies = { put: { body: model }, get: {}, patch: {} };
  const verbs = { get: `read ${about}`, put: `replace ${about}`, patch: `partially update ${about}` };
  return actions.map((action) => ({
    ...operation(kind, context, action),
    action,
    description: verbs[action],
    kind: { group: gvk.group, kind: gvk.kind, version: gvk.version },
    answer: model,
    ...bodies[action],
  }));
}

function subresourceOperations(kind: DocumentedKind): Operation[] {
  const { status, scale, others = {} } = kind.subresources ?? {};
  const operations: Operation[] = [];
  if (status) operations.push(...readAndWrite(kind, subresourceContext(kind, 'status'), { what: 'status of ' }));
  if (scale) {
    const gvk = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    const subject = { what: 'scale of ', gvk, model: 'V1Scale' };
    operations.push(...readAndWrite(kind, subresourceContext(kind, 'scale'), subject));
  }
  for (const [name, other] of Object.entries(others)) {
    if (other.proxyTo) {
      const place = { name, context: subresourceContext(kind, name), prefix: groupPrefix(kind) };
      operations.push(...connectionOperations(kind, place, other));
      continue;
    }
    operations.push(...otherOperations(kind, name, { group: kind.group, version: kind.version, ...other }));
  }
  return operations;
}

const actionOf: Readonly<Record<string, keyof typeof methods>> = {
  create: 'post',
  get: 'get',
  update: 'put',
  patch: 'patch',
};

function otherOperations(
  kind: DocumentedKind,
  name: string,
  other: GroupVersionKind & { verbs: readonly string[] },
): Operation[] {
  const context = subresourceContext(kind, name);
  // What can only be read is text: `log`.
  const isObject = other.verbs.some((verb) => verb !== 'get');
  const model = isObject ? modelOf(other) : undefined;
  return other.verbs.flatMap((verb) => {
    const action = actionOf[verb];
    if (!action) return [];
    return {
      ...operation(kind, context, action),
      description: `${action === 'patch' ? 'partially update' : idVerbs[action]} ${name} of ${verb === 'create' ? named(kind) : `the specified ${kind.kind}`}`,
      kind: { group: other.group, kind: other.kind, version: other.version },
      ...(model ? { answer: model } : {}),
      ...(model && (action === 'post' || action === 'put') ? { body: model } : {}),
    };
  });
}

/** The model of a body that is not a kind of its own: `V1Binding`, `AuthenticationV1TokenRequest`. */
function modelOf({ group, version, kind }: GroupVersionKind): string | undefined {
  const name = capitalized(version) + kind;
  return [name, capitalized((group || 'core').split('.')[0]!) + name].find(hasSchema);
}

const methods = {
  get: 'get',
  list: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
} as const satisfies Partial<Record<Action, Operation['method']>>;
const idVerbs = {
  get: 'read',
  list: 'list',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
} as const;

function operation(kind: DocumentedKind, context: Context, action: keyof typeof methods): Operation {
  return {
    path: context.path,
    method: methods[action],
    action,
    id: `${idVerbs[action]}${context.suffix}`,
    description: '',
    kind: { group: kind.group, kind: kind.kind, version: kind.version },
    groupVersion: { group: kind.group, version: kind.version },
    pathParameters: context.parameters,
    ...(kind.isCustom ? { isCustom: true } : {}),
  };
}

function allows(kind: DocumentedKind, verb: Verb): boolean {
  return (kind.verbs ?? allVerbs).includes(verb);
}

/** `/api/v1`, `/apis/apps/v1`: the root of a group version. */
export function rootPath(kind: { group: string; version: string }): string {
  return `${kind.group ? '/apis' : '/api'}/${apiVersionOf(kind)}`;
}

function collectionContext(kind: DocumentedKind): Context {
  const namespaced = kind.scope === 'Namespaced';
  return {
    path: `${rootPath(kind)}/${namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`,
    parameters: namespaced ? [pathParameter('namespace', 'namespace of the object')] : [],
    suffix: groupPrefix(kind) + scoped(kind),
  };
}

function everywhere(kind: DocumentedKind): Context {
  return {
    path: `${rootPath(kind)}/${kind.plural}`,
    parameters: [],
    suffix: `${groupPrefix(kind)}${kind.kind}ForAllNamespaces`,
  };
}

function objectContext(kind: DocumentedKind): Context {
  const collection = collectionContext(kind);
  return {
    ...collection,
    path: `${collection.path}/{name}`,
    parameters: [pathParameter('name', `name of the ${kind.kind}`), ...collection.parameters],
  };
}

function subresourceContext(kind: DocumentedKind, name: string): Context {
  const object = objectContext(kind);
  return { ...object, path: `${object.path}/${name}`, suffix: object.suffix + capitalized(name) };
}

function scoped(kind: DocumentedKind): string {
  return `${kind.scope === 'Namespaced' ? 'Namespaced' : ''}${kind.kind}`;
}

/** `CoreV1`, `RbacAuthorizationV1`. */
export function groupPrefix({ group, version }: { group: string; version: string }): string {
  const labels = (group || 'core').replace(/\.k8s\.io$/, '').split('.');
  return labels.map(capitalized).join('') + capitalized(version);
}

function named({ kind, plural }: DocumentedKind): string {
  // A kind that is its own plural takes no article.
  if (kind.toLowerCase() === plural) return kind;
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
