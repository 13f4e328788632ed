import { badRequest } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { DocumentedKind } from '../../../shared/schema/openapi.ts';
import type { Authorizer, RequestAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';

/** Resources that are computed and never stored: a client creates one and reads the answer out of it. */
export interface VirtualResource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  /** Name of its type in the generated schema tables. */
  schema: string;
  /** `body` is the parsed object; returns what the client gets. */
  create(body: unknown, context: { user: UserInfo; authorizer: Authorizer }): object;
}

/** `kubectl auth whoami`. */
const selfSubjectReview: VirtualResource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  schema: 'V1SelfSubjectReview',
  create: (_body, { user }) => ({
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    status: {
      userInfo: describeUser(user),
    },
  }),
};

/** `kubectl auth can-i`. */
const selfSubjectAccessReview: VirtualResource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  schema: 'V1SelfSubjectAccessReview',
  create(body, { user, authorizer }) {
    const spec = isJsonObject(body) && isJsonObject(body.spec) ? body.spec : {};
    const decision = authorizer.authorize(user, attributesOf(spec));
    return {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec,
      status: { allowed: decision.allowed, ...(decision.reason ? { reason: decision.reason } : {}) },
    };
  },
};

export const virtualResources: readonly VirtualResource[] = [selfSubjectReview, selfSubjectAccessReview];

/** What the OpenAPI documents say of them. */
export const virtualKinds: readonly DocumentedKind[] = virtualResources.map(
  ({ group, version, plural, kind, schema }) => ({
    group,
    version,
    plural,
    kind,
    schema,
    scope: 'Cluster',
    verbs: ['create'],
  }),
);

/** A user as `authentication.k8s.io` writes it. */
function describeUser({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra } : {}) };
}

function attributesOf(spec: Record<string, unknown>): RequestAttributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (isJsonObject(resourceAttributes)) {
    const text = (name: string) => (typeof resourceAttributes[name] === 'string' ? resourceAttributes[name] : '');
    return {
      verb: text('verb'),
      group: text('group'),
      resource: text('resource'),
      subresource: text('subresource'),
      namespace: text('namespace'),
      name: text('name'),
    };
  }
  if (isJsonObject(nonResourceAttributes)) {
    return { verb: String(nonResourceAttributes.verb ?? ''), path: String(nonResourceAttributes.path ?? '') };
  }
  throw badRequest(
    'spec.resourceAttributes: Required value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  );
}
