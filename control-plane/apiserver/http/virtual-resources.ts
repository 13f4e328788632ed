import { badRequest } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { DocumentedKind } from '../../../shared/schema/openapi.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import { tokenReview } from './token-review.ts';
import { describeUser, type VirtualResource } from './virtual-resource.ts';

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

export const virtualResources: readonly VirtualResource[] = [selfSubjectReview, selfSubjectAccessReview, tokenReview];

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
